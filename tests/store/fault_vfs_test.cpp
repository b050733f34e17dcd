#include "support/fault_vfs.hpp"

#include "tender/base/log.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/store_outage.hpp"
#include "tender/store/transaction.hpp"

#include "store_fixture.hpp"

namespace tender::store {
namespace {

using test::DiskOperation;

// A small database on a disk that fails on request.
struct FaultVfsTest : testing::Test {
  std::unique_ptr<Database> open() {
    Database::Options options;
    options.busy_timeout = Milliseconds(0);
    options.vfs = vfs.name();
    auto opened = std::make_unique<Database>(directory.path() / "tender.db", clock, options);
    return opened;
  }

  void write(const char* name) {
    Transaction transaction(*database);
    database->prepare("INSERT INTO fault_probe (name) VALUES (?)", name).run();
    transaction.commit();
  }

  StoreFault fault_of_write(const char* name) {
    try {
      write(name);
    } catch (const StoreError& error) {
      return error.fault();
    }
    ADD_FAILURE() << "it was written";
    return StoreFault::other;
  }

  std::vector<std::string> names() {
    std::vector<std::string> result;
    Statement rows = database->prepare("SELECT name FROM fault_probe ORDER BY name");
    while (rows.step()) {
      result.push_back(rows.text(0));
    }
    return result;
  }

  void SetUp() override {
    database = open();
    database->execute("CREATE TABLE fault_probe (name TEXT)");
    write("before");
  }

  using Names = std::vector<std::string>;
  test::TempDir directory;
  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::FaultVfs vfs;
  std::unique_ptr<Database> database;
};

TEST_F(FaultVfsTest, FailsUntilItIsHealed) {
  vfs.fail(DiskOperation::write, SQLITE_FULL);
  EXPECT_EQ(fault_of_write("a"), StoreFault::full);
  EXPECT_EQ(fault_of_write("b"), StoreFault::full);
  EXPECT_GE(vfs.failed(), 2U);
  vfs.heal();
  write("c");
  EXPECT_EQ(names(), (Names{"before", "c"}));
}

TEST_F(FaultVfsTest, ShowsAProofOfWritingWhatIsWrong) {
  const auto logger = make_null_logger();
  StoreOutage outage(*database, clock, *logger);
  outage.prove_writable();
  EXPECT_FALSE(outage.ongoing());
  vfs.fail(DiskOperation::write, SQLITE_FULL);
  outage.prove_writable();
  EXPECT_TRUE(outage.ongoing());
  EXPECT_EQ(outage.error().value().fault(), StoreFault::full);
  vfs.heal();
  vfs.fail(DiskOperation::write, SQLITE_IOERR_WRITE);
  clock.advance(std::chrono::seconds(1));
  EXPECT_FALSE(outage.over());
  EXPECT_EQ(outage.error().value().fault(), StoreFault::io);  // the newest
}

TEST_F(FaultVfsTest, DoesNotTakeALockForAFaultOfTheDatabase) {
  const auto logger = make_null_logger();
  StoreOutage outage(*database, clock, *logger);
  const auto other = open();
  const Transaction theirs(*other);
  outage.prove_writable();
  EXPECT_FALSE(outage.ongoing());
}

TEST_F(FaultVfsTest, FailsTheNthOperationAndNoOther) {
  vfs.fail_nth(DiskOperation::sync, 2, SQLITE_IOERR_FSYNC);
  write("a");
  EXPECT_EQ(fault_of_write("b"), StoreFault::io);
  write("c");
  EXPECT_EQ(vfs.failed(), 1U);
  EXPECT_EQ(names(), (Names{"a", "before", "c"}));
}

TEST_F(FaultVfsTest, HoldsTheWriteLockAsAnotherProgramWould) {
  vfs.fail(DiskOperation::lock, SQLITE_BUSY);
  EXPECT_EQ(fault_of_write("a"), StoreFault::busy);
  EXPECT_EQ(names(), Names{"before"});
}

TEST_F(FaultVfsTest, RefusesToOpen) {
  vfs.fail(DiskOperation::open, SQLITE_CANTOPEN);
  EXPECT_THROW(open(), StoreError);
}

TEST_F(FaultVfsTest, KeepsWhatWasSyncedOverAPowerCut) {
  write("kept");
  vfs.cut_power();
  EXPECT_EQ(fault_of_write("lost"), StoreFault::io);
  database.reset();
  vfs.restore_power();
  database = open();
  EXPECT_EQ(names(), (Names{"before", "kept"}));
}

TEST_F(FaultVfsTest, LosesWhatWasNotSyncedInAPowerCut) {
  database->execute("PRAGMA synchronous = OFF");
  write("lost");
  EXPECT_EQ(names(), (Names{"before", "lost"}));
  database.reset();
  vfs.restore_power();
  database = open();
  EXPECT_EQ(names(), Names{"before"});
}

}  // namespace
}  // namespace tender::store
