// Relays that wait for a person: what zooid refuses or has lost, and how they come back.
#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::FakeZooid;
using test::World;

FakeZooid::Action refuse_config(const FakeZooid::Seen& /*seen*/) {
  return test::answer_with(400, R"({"error":"invalid config"})");
}

struct GivenUp : testing::Test {
  GivenUp() {
    world.zooid.script = [this](const FakeZooid::Seen&) {
      return broken ? test::answer_with(500, "{}") : FakeZooid::Action();
    };
    world.start();
    relay = world.create("blue");
    world.clock().advance(3h);
    broken = false;
    EXPECT_EQ(world.open_letters().size(), 1U);
  }

  bool broken = true;
  World world;
  Relay relay;
};

TEST_F(GivenUp, StaysSoWhenTimePassesAndWhenTheProcessRestarts) {
  const auto before = world.zooid.requests.size();
  world.clock().advance(24h);
  world.crash();
  world.start();
  world.clock().advance(24h);
  EXPECT_EQ(world.zooid.requests.size(), before);
  EXPECT_EQ(world.open_letters().size(), 1U);
}

TEST_F(GivenUp, ComesBackWhenAPersonAsks) {
  outbox::DeadLetters(*world.database)
      .resolve(infra::kRelaySync, relay.id.text, outbox::Resolution::retried, world.clock().now());
  world.command->reconcile_relay(world.get(relay), {});
  world.run_ready();
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(GivenUp, StartsOverWithANewerCommand) {
  broken = true;
  world.rename(relay, "again");
  world.run_ready();
  const auto job = outbox::Outbox(*world.database).find(infra::kRelaySync, relay.id.text);
  ASSERT_TRUE(job);
  EXPECT_EQ(job->attempt, 1);
  EXPECT_TRUE(world.open_letters().empty());
  broken = false;
  world.clock().advance(1min);
  EXPECT_TRUE(world.get(relay).synced);
}

TEST_F(GivenUp, StaysAwayAfterItWasDiscarded) {
  outbox::DeadLetters(*world.database)
      .resolve(infra::kRelaySync, relay.id.text, outbox::Resolution::discarded,
               world.clock().now());
  const auto before = world.zooid.requests.size();
  world.crash();
  world.start();
  world.clock().advance(24h);
  EXPECT_EQ(world.zooid.requests.size(), before);
}

TEST(Infra, SendsNothingWhenAnEditThatZooidRefusedIsTakenBack) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.script = refuse_config;
  world.rename(relay, "refused");
  world.run_ready();
  ASSERT_EQ(world.open_letters().size(), 1U);
  world.rename(relay, "blue");
  world.clock().advance(1h);
  EXPECT_EQ(world.zooid.requests.size(), 2U);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST(Infra, SendsWhatWasForcedAndRefusedWhenAPersonRetries) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.script = refuse_config;
  world.command->reconcile_relay(relay, {.forced = true});
  world.run_ready();
  ASSERT_EQ(world.open_letters().size(), 1U);
  world.zooid.script = nullptr;
  world.command->reconcile_relay(relay, {});
  world.run_ready();
  EXPECT_EQ(world.zooid.count(http::Method::patch), 2);
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(Infra, GivesUpAtOnceWhatOnlyAnEditCanHelp) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen&) {
    return test::answer_with(409, R"({"error":"schema \"blue\" is already in use"})");
  };
  world.start();
  static_cast<void>(world.create("blue"));
  world.clock().advance(1h);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "rejected");
}

TEST(Infra, HoldsWhatZooidHasLost) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.relays.clear();
  world.rename(relay, "next");
  world.clock().advance(24h);
  EXPECT_TRUE(world.zooid.relays.empty());
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "lost");
  EXPECT_NE(world.open_letters()[0].error.find("--recreate"), std::string::npos);
}

TEST(Infra, RecreatesOnceWhenAPersonAsks) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.relays.clear();
  world.command->reconcile_relay(world.get(relay), {.forced = false, .recreate = true});
  world.run_ready();
  EXPECT_TRUE(world.zooid.relays.contains(relay.id.text));
  EXPECT_EQ(world.zooid.creations[relay.id.text], 2);
  world.rename(relay, "next");
  world.run_ready();
  EXPECT_EQ(world.zooid.creations[relay.id.text], 2);
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(Infra, RecreatesByItselfWhenItIsToldToForGood) {
  World world;
  world.env.relay_recreate = config::RelayRecreate::automatic;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.relays.clear();
  world.rename(relay, "next");
  world.run_ready();
  EXPECT_EQ(world.zooid.creations[relay.id.text], 2);
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(Infra, TakesARoutingFaultForTheHostsAndNotForALostRelay) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.script = [](const FakeZooid::Seen&) {
    return test::answer_with(404, "404 page not found");
  };
  world.rename(relay, "next");
  world.run_ready();
  EXPECT_TRUE(world.open_letters().empty());
  world.zooid.script = nullptr;
  world.clock().advance(1min);
  EXPECT_TRUE(world.get(relay).synced);
}

}  // namespace
}  // namespace tender
