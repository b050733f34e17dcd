#include "tender/store/database_meters.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <boost/asio/io_context.hpp>

#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

#include "support/fault_vfs.hpp"
#include "support/metric_value.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender::store {
namespace {

using namespace std::chrono_literals;

struct MeasuredDatabase : testing::Test {
  MeasuredDatabase() { database.measure(metrics); }

  [[nodiscard]] double metric(std::string_view series) const {
    return test::metric(metrics, series);
  }

  static Database::Options impatient() {
    Database::Options options;
    options.busy_timeout = 20ms;
    return options;
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::TempDir directory;
  Metrics metrics = Metrics::make();
  Database database{directory.path() / "tender.db", clock, impatient()};
};

TEST_F(MeasuredDatabase, TellsHowLongTransactionsHeldTheLock) {
  {
    Transaction outer(database);
    {
      Transaction nested(database);
      nested.commit();
    }
    clock.advance(40ms);
    outer.commit();
  }
  { const Transaction rolled_back(database); }
  EXPECT_EQ(metric("tender_sqlite_transaction_seconds_count"), 2);
  EXPECT_DOUBLE_EQ(metric("tender_sqlite_transaction_seconds_sum"), 0.04);
  EXPECT_EQ(database.longest_lock(), 40ms);
  clock.advance(11min);
  EXPECT_EQ(database.longest_lock(), 0ms);
}

TEST_F(MeasuredDatabase, CountsLocksOfOtherPrograms) {
  Database other(database.path(), clock, {});
  {
    const Transaction held(other);
    EXPECT_THROW(Transaction mine(database), StoreError);
  }
  EXPECT_EQ(metric("tender_sqlite_busy_total"), 1);
  EXPECT_DOUBLE_EQ(metric("tender_sqlite_busy_seconds_total"), 0.02);
  EXPECT_EQ(metric(R"(tender_sqlite_errors_total{fault="busy"})"), 1);
}

TEST_F(MeasuredDatabase, CountsErrorsByTheirFault) {
  EXPECT_THROW(database.execute("INSERT INTO router_offset (id, seq) VALUES (2, 0)"), StoreError);
  EXPECT_THROW(database.prepare("INSERT INTO router_offset (id, seq) VALUES (?, 0)", 3).run(),
               StoreError);
  EXPECT_EQ(metric(R"(tender_sqlite_errors_total{fault="constraint"})"), 2);
  EXPECT_THROW(database.execute("SELECT * FROM none"), StoreError);
  EXPECT_EQ(metric(R"(tender_sqlite_errors_total{fault="other"})"), 1);
}

TEST(MeasuredDisk, CountsAnErrorOnceThatEndsTheTransactionByItself) {
  boost::asio::io_context io;
  test::VirtualClock clock(io);
  const test::TempDir directory;
  test::FaultVfs vfs;
  const Metrics metrics = Metrics::make();
  Database::Options options;
  options.vfs = vfs.name();
  Database database(directory.path() / "tender.db", clock, options);
  database.measure(metrics);
  const auto write = [&] {
    Transaction transaction(database);
    database.execute("UPDATE router_offset SET seq = seq + 1");
    transaction.commit();
  };
  vfs.fail(test::DiskOperation::write, SQLITE_FULL);
  EXPECT_THROW(write(), StoreError);
  EXPECT_EQ(test::metric(metrics, R"(tender_sqlite_errors_total{fault="full"})"), 1);
  EXPECT_EQ(test::metric(metrics, R"(tender_sqlite_errors_total{fault="other"})"), 0);
  vfs.heal();
  write();
}

TEST(RecentLongest, ForgetsWhatIsLongAgo) {
  RecentLongest longest;
  SteadyTime now(100h);
  longest.note(30ms, now);
  longest.note(10ms, now + 1min);
  EXPECT_EQ(longest.at(now + 4min), 30ms);
  longest.note(20ms, now + 6min);
  EXPECT_EQ(longest.at(now + 6min), 30ms);
  EXPECT_EQ(longest.at(now + 11min), 20ms);
  EXPECT_EQ(longest.at(now + 30min), 0ms);
}

}  // namespace
}  // namespace tender::store
