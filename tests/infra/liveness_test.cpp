// After a sync tender looks whether zooid serves the relay, and does something about it if not.
#include <gtest/gtest.h>

#include "tender/outbox/host_state.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::World;

struct LiveCheck : testing::Test {
  LiveCheck() { world.env.relay_verify = config::RelayVerify::direct; }

  Relay create() {
    world.start();
    Relay relay = world.create("blue");
    world.settle();
    return relay;
  }
  [[nodiscard]] int syncs() const {
    return world.zooid.count(Method::post) + world.zooid.count(Method::patch);
  }

  World world;
};

TEST_F(LiveCheck, SeesARelayThatIsServed) {
  const Relay relay = create();
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.get(relay).live, std::nullopt);
  world.clock().advance(2s);
  EXPECT_EQ(world.get(relay).live, true);
  world.clock().advance(24h);
  EXPECT_EQ(world.zooid.looks.size(), 1U);
  EXPECT_EQ(syncs(), 1);
}

TEST_F(LiveCheck, AsksNobodyWhenItIsOff) {
  world.env.relay_verify = config::RelayVerify::off;
  const Relay relay = create();
  world.clock().advance(1h);
  EXPECT_TRUE(world.zooid.looks.empty());
  EXPECT_EQ(world.get(relay).live, std::nullopt);
}

TEST_F(LiveCheck, GivesZooidTimeToReload) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(10s);
  world.zooid.not_loaded.clear();
  world.clock().advance(1h);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(syncs(), 1);
}

TEST_F(LiveCheck, GivesZooidTimeToReloadHoweverShortTheOtherWaitsAre) {
  world.env.relay_sync_retry_base = 10ms;
  world.env.relay_sync_retry_cap = 10ms;
  world.env.relay_sync_settle = 10ms;
  world.env.zooid_api_timeout = 10ms;
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(11s);
  EXPECT_EQ(world.zooid.looks.size(), 1U);
  EXPECT_EQ(syncs(), 1);
}

TEST_F(LiveCheck, SendsARelayAgainThatZooidDropped) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(11s);
  EXPECT_EQ(syncs(), 1);
  world.zooid.script = [this](const test::FakeZooid::Seen&) {
    world.zooid.not_loaded.clear();  // the next write loads it
    return test::FakeZooid::Action();
  };
  world.clock().advance(1min);
  EXPECT_EQ(syncs(), 2);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.get(relay).live_pushes, 0);
  EXPECT_TRUE(world.get(relay).synced);
}

TEST_F(LiveCheck, GivesUpAfterThreePushesInVain) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(24h);
  EXPECT_EQ(syncs(), 4);
  EXPECT_FALSE(world.get(relay).synced);
  EXPECT_TRUE(world.get(relay).sync_error.starts_with(
      "zooid took the config but does not serve the relay"));
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "not_served");
  world.crash();
  world.start();
  world.clock().advance(24h);
  EXPECT_EQ(syncs(), 4);
  // A person mends zooid and asks again.
  world.zooid.not_loaded.clear();
  world.command->reconcile_relay(world.get(relay), {.forced = true, .recreate = false});
  world.clock().advance(1min);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(LiveCheck, SendsARelayThatIsNotServedWheneverAPersonAsks) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(24h);
  ASSERT_EQ(world.open_letters().size(), 1U);
  world.zooid.not_loaded.clear();
  world.command->reconcile_relay(world.get(relay), {});
  world.clock().advance(1min);
  EXPECT_EQ(syncs(), 5);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(LiveCheck, SendsARelayAgainThatShowsAnotherName) {
  const Relay relay = create();
  world.zooid.relays[relay.id.text]["info"]["name"] = "somebody else's";
  world.clock().advance(1min);
  EXPECT_EQ(syncs(), 2);
  EXPECT_EQ(world.zooid.relays[relay.id.text]["info"]["name"], "blue");
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(LiveCheck, WantsAnInactiveRelayAbsent) {
  const Relay relay = create();
  static_cast<void>(world.command->deactivate_relay(relay.id));
  world.clock().advance(1min);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(syncs(), 2);
  world.zooid.relays[relay.id.text]["inactive"] = false;  // zooid missed it
  static_cast<void>(world.command->deactivate_relay(relay.id));
  world.command->reconcile_relay(world.get(relay), {.forced = true, .recreate = false});
  world.settle();
  world.zooid.relays[relay.id.text]["inactive"] = false;
  world.clock().advance(1min);
  EXPECT_EQ(world.zooid.relays[relay.id.text]["inactive"], true);
}

TEST_F(LiveCheck, LeavesTheRelayToTheNextSyncWhenItChangedMeanwhile) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(5s);
  world.rename(relay, "next");
  world.settle();
  world.zooid.not_loaded.clear();
  world.clock().advance(1h);
  EXPECT_EQ(syncs(), 2);
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(LiveCheck, LooksAgainWhenTheRelayWasSavedUnchangedMeanwhile) {
  const Relay relay = create();
  world.zooid.look_latency = 1s;
  world.clock().advance(2s);
  ASSERT_EQ(world.zooid.looks.size(), 1U);
  world.rename(relay, "blue");
  world.clock().advance(1min);
  EXPECT_EQ(syncs(), 1);
  EXPECT_EQ(world.zooid.looks.size(), 2U);
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(LiveCheck, DropsNoSyncThatIsAskedForWhileItLooksForTheLastTime) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.zooid.look_latency = 5s;
  ASSERT_TRUE(world.clock().advance_until([&] { return world.zooid.looks.size() == 8; }, 10min));
  ASSERT_EQ(syncs(), 4);
  world.command->reconcile_relay(world.get(relay), {.forced = true});
  world.clock().advance(5s);
  world.zooid.not_loaded.clear();
  world.clock().advance(1min);
  EXPECT_EQ(syncs(), 5);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(LiveCheck, LooksFourTimesWhenTheAnswersSayNothing) {
  world.zooid.look_answer = test::answer(200, "<html>It works!</html>");
  const Relay relay = create();
  world.clock().advance(24h);
  const auto& looks = world.zooid.looks;
  ASSERT_EQ(looks.size(), 4U);
  EXPECT_EQ(looks[1] - looks[0], 1min);
  EXPECT_EQ(looks[2] - looks[1], 2min);
  EXPECT_EQ(looks[3] - looks[2], 4min);
  EXPECT_EQ(syncs(), 1);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.get(relay).live, std::nullopt);
}

TEST_F(LiveCheck, TellsTheBreakerWhenZooidCannotBeReachedAndGoesOnAfterwards) {
  world.start();
  std::vector<Relay> relays;
  for (int i = 0; i < 20; ++i) {
    relays.push_back(world.create("relay" + std::to_string(i)));
  }
  world.settle();
  world.zooid.look_answer = test::failure(http::Fault::refused, /*written=*/false);
  world.zooid.script = [&](const test::FakeZooid::Seen&) {
    test::FakeZooid::Action action;
    action.answer = world.zooid.look_answer;
    return action;
  };
  world.clock().advance(1h);
  EXPECT_LE(world.zooid.looks.size(), 20U);  // those in flight when the breaker opened
  EXPECT_TRUE(outbox::read_host_state(*world.database).failing_since);
  world.zooid.look_answer.reset();
  world.clock().advance(10min);
  for (const Relay& relay : relays) {
    EXPECT_EQ(world.get(relay).live, true);
  }
}

TEST_F(LiveCheck, SurvivesACrash) {
  const Relay relay = create();
  world.crash();
  world.start();
  world.clock().advance(1min);
  EXPECT_EQ(world.get(relay).live, true);
}

}  // namespace
}  // namespace tender
