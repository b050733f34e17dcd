#include "tender/infra/retention.hpp"

#include <sstream>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tender/store/schedule_table.hpp"

#include "support/log_sink.hpp"
#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::World;

constexpr std::chrono::days kDay{1};

struct RetentionTest : testing::Test {
  /// Beside the worker, as the sidecar runs it.
  void start(Milliseconds keep) {
    world.env.activity_retention = keep;
    retention =
        std::make_unique<infra::Retention>(world.env, *world.database, world.clock(), *logger);
    world.start();
    world.clock().advance(1s);  // nothing is pruned that is not routed yet
    boost::asio::co_spawn(world.io(), retention->run(), boost::asio::detached);
    world.run_ready();
  }

  /// Old rows of another program.
  void log_foreign(int rows) {
    world.database->execute(fmt::format(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) "
        "INSERT INTO activity (tenant, created_at, activity_type, resource_type, resource_id) "
        "SELECT 't', 0, 'paid', 'invoice', 'i' FROM n",
        rows));
  }

  [[nodiscard]] std::size_t rows() const {
    return world.query->list_activity({.after_seq = 0, .relay = std::nullopt, .limit = 100'000})
        .size();
  }

  /// Not by advance(): the tail looks each second.
  void pass(Milliseconds time) {
    world.clock().jump(time);
    world.clock().advance(1min);
  }

  /// A relay in step, with a history of `changes`.
  Relay with_history(int changes) {
    const Relay relay = world.create("blue");
    world.run_ready();
    for (int i = 0; i < changes; ++i) {
      world.rename(relay, "name " + std::to_string(i));
      world.run_ready();
    }
    return relay;
  }

  std::ostringstream log_text;
  std::shared_ptr<Logger> logger = std::make_shared<Logger>("test", test::log_sink(log_text));
  World world;
  std::unique_ptr<infra::Retention> retention;
};

TEST_F(RetentionTest, PrunesWithinAnHourWhatHasGrownOld) {
  start(90 * kDay);
  with_history(5);
  EXPECT_EQ(rows(), 12U);
  pass(89 * kDay);
  EXPECT_EQ(rows(), 12U);
  EXPECT_TRUE(log_text.str().empty());
  pass(kDay + 1h);
  EXPECT_EQ(rows(), 1U);  // the newest completion, which is the newest row as well
  logger->flush();
  EXPECT_NE(log_text.str().find("removed old activities activities=11 older_than=90d"),
            std::string::npos)
      << log_text.str();
}

TEST_F(RetentionTest, LeavesARelayWhoseCompletionsAreAllOldAnUpdate) {
  start(90 * kDay);
  const Relay relay = with_history(5);
  pass(365 * kDay);
  EXPECT_EQ(rows(), 1U);
  world.zooid.requests.clear();
  world.rename(relay, "after a year");
  world.run_ready();
  ASSERT_EQ(world.zooid.requests.size(), 1U);
  EXPECT_EQ(world.zooid.requests[0].method, http::Method::patch);
  // And also when the proof lies behind newer rows that are old themselves.
  world.zooid.script = [](const test::FakeZooid::Seen&) {
    test::FakeZooid::Action fails;
    fails.apply = false;
    fails.answer = test::answer(500, R"({"error":"boom"})");
    return fails;
  };
  world.rename(relay, "nobody answers");
  pass(365 * kDay);
  world.zooid.script = {};
  world.zooid.requests.clear();
  world.rename(relay, "here again");
  world.run_ready();
  ASSERT_FALSE(world.zooid.requests.empty());
  EXPECT_EQ(world.zooid.requests[0].method, http::Method::patch);
}

TEST_F(RetentionTest, KeepsEverythingWhenItIsZero) {
  start(Milliseconds(0));
  with_history(5);
  pass(3650 * kDay);
  EXPECT_EQ(rows(), 12U);
}

TEST_F(RetentionTest, LetsOthersWorkBetweenItsPortions) {
  log_foreign(3000);
  start(90 * kDay);
  EXPECT_EQ(rows(), 2500U);
  world.create("blue");
  world.run_ready();
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  EXPECT_GT(rows(), 2000U);
  world.clock().advance(1s);
  EXPECT_EQ(rows(), 2U);
}

TEST_F(RetentionTest, StopsBetweenPortions) {
  log_foreign(1500);
  start(90 * kDay);
  retention->stop();
  pass(2h);
  EXPECT_EQ(rows(), 1000U);
}

TEST_F(RetentionTest, SaysWhatIsWrongAndTriesAgainInAnHour) {
  const auto archive =
      store::ActivityArchive(world.database->path()).file(world.clock().now() + 91 * kDay);
  std::filesystem::create_directory(archive);
  start(90 * kDay);
  with_history(1);
  pass(90 * kDay + 1h);
  EXPECT_EQ(rows(), 4U);
  logger->flush();
  EXPECT_NE(log_text.str().find("ACTIVITY_ARCHIVE=off"), std::string::npos) << log_text.str();
  std::filesystem::remove(archive);
  pass(1h);
  EXPECT_EQ(rows(), 1U);
}

TEST_F(RetentionTest, RemovesSchedulesThatEndedLongAgo) {
  start(90 * kDay);
  Schedule wanted = schedule_of({.command = ScheduledCommand::reconcile_relays});
  wanted.next_at = world.clock().now() + 1h;
  const Schedule ended = world.command->create_schedule(wanted);
  const Schedule waits = world.command->create_schedule(wanted);
  world.command->cancel_schedule(ended.id);
  const store::ScheduleTable table(*world.database);
  pass(89 * kDay);
  EXPECT_TRUE(table.find(ended.id));
  pass(kDay + 1h);
  EXPECT_FALSE(table.find(ended.id));
  EXPECT_TRUE(table.find(waits.id));
}

}  // namespace
}  // namespace tender
