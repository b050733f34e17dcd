// Work and state of a database from before 0008_kinds.sql: the migration keeps them.
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/outbox.hpp"

#include "outbox_fixture.hpp"
#include "support/old_database.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender::outbox {
namespace {

struct OldWork : testing::Test {
  store::Database& open(const std::string& rows) {
    test::create_before(path, "0008_kinds", rows);
    return database.emplace(path, clock, store::Database::Options());
  }

  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  boost::asio::io_context io;
  test::VirtualClock clock{io};
  std::optional<store::Database> database;
};

TEST_F(OldWork, IsKeptWithAllThatItSays) {
  Outbox outbox(
      open("INSERT INTO outbox VALUES ('relay_sync', 'blue', 7, 2, 3, 1234, 56, 1, 1, 'boom')"));
  const auto job = outbox.find("relay_sync", "blue");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->destination, "zooid");
  EXPECT_EQ(job->generation, 7);
  EXPECT_EQ(job->priority, Priority::bulk);
  EXPECT_EQ(job->attempt, 3);
  EXPECT_EQ(job->not_before, TimePoint(Milliseconds(1234)));
  EXPECT_EQ(job->asked_seq, 56);
  EXPECT_TRUE(job->forced && job->recreate);
  EXPECT_EQ(job->last_error, "boom");
  EXPECT_EQ(job->payload, "{}");
}

TEST_F(OldWork, ThatBreaksTheChecksIsReset) {
  Outbox outbox(
      open("INSERT INTO outbox VALUES ('relay_sync', 'a', 0, 9, -1, 5, -2, 0, 7, 'x'), "
           "('relay_check', 'b', 1, 1, 2, 5, 0, 0, 0, NULL), ('dance', 'c', 1, 1, 0, 5, 0, 0, 0, "
           "NULL)"));
  const auto job = outbox.find("relay_sync", "a");
  ASSERT_TRUE(job);
  EXPECT_EQ(job->generation, 1);
  EXPECT_EQ(job->priority, Priority::bulk);
  EXPECT_EQ(job->attempt, 0);
  EXPECT_FALSE(job->recreate);
  EXPECT_EQ(outbox.find("relay_check", "b")->attempt, 0);
  EXPECT_TRUE(outbox.find("dance", "c"));
}

TEST_F(OldWork, KeepsTheFaultOfZooid) {
  const DestinationState state =
      read_destination_state(open("UPDATE host_state SET failing_since = 5, reason = 'refused', "
                                  "probe_at = 9, stores_nothing = 1, concurrency = 4"),
                             "zooid");
  EXPECT_EQ(state.failing_since, TimePoint(Milliseconds(5)));
  EXPECT_EQ(state.reason, "refused");
  EXPECT_TRUE(state.stores_nothing);
  EXPECT_EQ(state.concurrency, 4);
}

TEST_F(OldWork, ForgetsAStateThatBreaksTheChecks) {
  EXPECT_EQ(read_destination_state(open("UPDATE host_state SET failing_since = 5"), "zooid"),
            DestinationState());
}

}  // namespace
}  // namespace tender::outbox
