// Requests whose outcome is unknown: they may be applied later, and must not leave an old state
// behind.
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::FakeZooid;
using test::World;

struct Doubt : testing::Test {
  Doubt() {
    world.start();
    relay = world.create("blue");
    world.run_ready();
    world.zooid.script = [this](const FakeZooid::Seen& seen) {
      FakeZooid::Action action;
      if (lose_next) {
        lose_next = false;
        late = seen.body;
        action.apply = false;
        action.answer = test::failure(http::Fault::timeout, /*written=*/true);
      }
      return action;
    };
  }

  // The request that timed out reaches zooid after all.
  void arrive_late() { world.zooid.relays[relay.id.text].merge_patch(late); }
  [[nodiscard]] std::string name() { return world.zooid.relays[relay.id.text]["info"]["name"]; }

  World world;
  Relay relay;
  bool lose_next = false;
  nlohmann::json late;
};

TEST_F(Doubt, IsEndedByOneMoreRequestAfterTheSettleTime) {
  lose_next = true;
  world.rename(relay, "old");
  world.run_ready();
  world.rename(relay, "new");
  world.run_ready();
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.get(relay).doubt_until);
  EXPECT_EQ(world.zooid.count(Method::patch), 2);
  world.clock().advance(20s);
  arrive_late();
  EXPECT_EQ(name(), "old");
  world.clock().advance(11s);
  EXPECT_EQ(name(), "new");
  EXPECT_EQ(world.zooid.count(Method::patch), 3);
  EXPECT_FALSE(world.get(relay).doubt_until);
  world.clock().advance(24h);
  EXPECT_EQ(world.zooid.count(Method::patch), 3);
}

TEST_F(Doubt, IsEndedByTheRetryWhenThatComesLateEnough) {
  lose_next = true;
  world.rename(relay, "next");
  world.clock().advance(24h);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_FALSE(world.get(relay).doubt_until);
  EXPECT_EQ(world.zooid.count(Method::patch), 2);
}

TEST_F(Doubt, OutlivesTheProcess) {
  lose_next = true;
  world.rename(relay, "old");
  world.run_ready();
  world.rename(relay, "new");
  world.run_ready();
  world.crash();
  world.start();
  world.clock().advance(20s);
  arrive_late();
  world.clock().advance(30s);
  EXPECT_EQ(name(), "new");
  EXPECT_FALSE(world.get(relay).doubt_until);
}

TEST_F(Doubt, IsLeftBehindByACrashWithARequestUnderWay) {
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.latency = 1h;
    return action;
  };
  world.rename(relay, "old");
  world.run_ready();
  world.crash();
  world.zooid.script = nullptr;
  world.start();
  EXPECT_TRUE(world.get(relay).synced);
  ASSERT_TRUE(world.get(relay).doubt_until);
  const int before = world.zooid.count(Method::patch);
  world.clock().advance(1min);
  EXPECT_EQ(world.zooid.count(Method::patch), before + 1);
  EXPECT_FALSE(world.get(relay).doubt_until);
}

TEST_F(Doubt, IsFoundAtTheStartWhenItsJobIsGone) {
  lose_next = true;
  world.rename(relay, "old");
  world.run_ready();
  world.rename(relay, "new");
  world.run_ready();
  world.database->execute("DELETE FROM outbox");
  world.crash();
  world.start();
  world.clock().advance(1min);
  EXPECT_FALSE(world.get(relay).doubt_until);
  EXPECT_EQ(world.zooid.count(Method::patch), 3);
}

TEST_F(Doubt, DoesNotLetASyncBeSkipped) {
  lose_next = true;
  world.rename(relay, "old");
  world.run_ready();
  world.rename(relay, "new");
  world.run_ready();
  world.command->reconcile_relay(world.get(relay), {});
  world.run_ready();
  EXPECT_EQ(world.zooid.count(Method::patch), 3);
}

TEST_F(Doubt, EndsInBoundedTimeWhenTheClockIsSetBack) {
  lose_next = true;
  world.rename(relay, "old");
  world.run_ready();
  world.rename(relay, "new");
  world.run_ready();
  world.clock().jump(-24h);
  static_cast<void>(world.create("wakes-the-dispatcher"));
  world.clock().advance(2min);
  EXPECT_FALSE(world.get(relay).doubt_until);
  EXPECT_LE(world.zooid.count(Method::patch), 4);
}

TEST_F(Doubt, IsNotCutShortByAClockThatIsSetBackAndCorrected) {
  lose_next = true;
  world.rename(relay, "old");
  world.run_ready();
  world.clock().jump(-2h);
  world.rename(relay, "new");
  world.run_ready();
  world.clock().advance(5s);
  world.clock().jump(2h);
  static_cast<void>(world.create("wakes-the-dispatcher"));
  world.clock().advance(15s);
  EXPECT_TRUE(world.get(relay).doubt_until);
  arrive_late();
  world.clock().advance(11s);
  EXPECT_EQ(name(), "new");
  EXPECT_FALSE(world.get(relay).doubt_until);
}

TEST_F(Doubt, OfAnEarlierProcessIsNotCutShortByTheClockEither) {
  lose_next = true;
  world.rename(relay, "old");
  world.run_ready();
  world.rename(relay, "new");
  world.run_ready();
  world.crash();
  world.start();
  world.clock().advance(5s);
  world.clock().jump(-2h);
  world.clock().advance(5s);
  world.clock().jump(2h);
  world.clock().advance(15s);
  EXPECT_TRUE(world.get(relay).doubt_until);
  arrive_late();
  world.clock().advance(30s);
  EXPECT_EQ(name(), "new");
  EXPECT_FALSE(world.get(relay).doubt_until);
}

TEST_F(Doubt, IsNotMadeByADefiniteRefusal) {
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.apply = false;
    action.answer = test::answer(400, R"({"error":"invalid config"})");
    return action;
  };
  world.rename(relay, "refused");
  world.run_ready();
  EXPECT_FALSE(world.get(relay).doubt_until);
}

// A relay that never completed a sync by the log, but by the row: imported, or its log pruned.
TEST(Identity, IsNotGivenTwiceWhenTheLogForgotThatZooidTookTheRelay) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.database->execute("DELETE FROM activity WHERE activity_type = 'complete_relay_sync'");
  world.zooid.relays.clear();
  world.rename(relay, "next");
  world.clock().advance(1h);
  EXPECT_TRUE(world.zooid.relays.empty());
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "lost");
}

}  // namespace
}  // namespace tender
