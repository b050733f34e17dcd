// After a sync tender looks whether zooid serves the relay, and does something about it if not.
#include <gtest/gtest.h>

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

TEST_F(LiveCheck, SurvivesACrash) {
  const Relay relay = create();
  world.crash();
  world.start();
  world.clock().advance(1min);
  EXPECT_EQ(world.get(relay).live, true);
}

}  // namespace
}  // namespace tender
