// After a sync tender looks whether zooid serves the relay, and does something about it if not.
#include <ranges>

#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"
#include "tender/model/sync_detail.hpp"
#include "tender/outbox/destination_state.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::World;

struct LiveCheck : testing::Test {
  LiveCheck() { world.env.relay_verify = config::RelayVerify::direct; }

  Relay create() {
    world.start();
    Relay relay = world.create("blue");
    world.run_ready();
    return relay;
  }

  struct Completion {
    bool skipped = false;
    std::string unseen;
    bool operator==(const Completion&) const = default;
  };
  [[nodiscard]] Completion last_completion(const Relay& relay) const {
    for (const Activity& row :
         std::views::reverse(world.query->list_latest_activity(relay.id, 9))) {
      if (row.relay_activity() == ActivityType::complete_relay_sync) {
        const CompletionDetail detail = read_completion_detail(row);
        return {.skipped = detail.skipped(), .unseen = detail.unseen};
      }
    }
    return {};
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
  EXPECT_EQ(world.syncs(), 1);
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
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(LiveCheck, LooksAgainWithGrowingPausesUntilZooidServesIt) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(100s);
  world.zooid.not_loaded.clear();
  world.clock().advance(1h);
  const auto& looks = world.zooid.looks;
  ASSERT_EQ(looks.size(), 4U);
  EXPECT_EQ(looks[1] - looks[0], 10s);
  EXPECT_EQ(looks[2] - looks[1], 30s);
  EXPECT_EQ(looks[3] - looks[2], 1min);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(LiveCheck, GivesZooidTimeToReloadHoweverShortTheOtherWaitsAre) {
  world.env.relay_sync_retry_base = 10ms;
  world.env.relay_sync_retry_cap = 10ms;
  world.env.relay_sync_settle = 10ms;
  world.env.zooid_api_timeout = 10ms;
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(101s);
  EXPECT_EQ(world.zooid.looks.size(), 3U);
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(LiveCheck, SendsARelayAgainThatZooidDropped) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(101s);
  EXPECT_EQ(world.syncs(), 1);
  world.zooid.script = [this](const test::FakeZooid::Seen& seen) {
    if (seen.method != http::Method::get) {
      world.zooid.not_loaded.clear();  // the next write loads it
    }
    return test::FakeZooid::Action();
  };
  world.clock().advance(2min);
  EXPECT_EQ(world.syncs(), 2);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.get(relay).live_pushes, 0);
  EXPECT_TRUE(world.get(relay).synced);
}

TEST_F(LiveCheck, GivesUpAfterThreePushesInVain) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(24h);
  EXPECT_EQ(world.syncs(), 4);
  EXPECT_FALSE(world.get(relay).synced);
  EXPECT_TRUE(world.get(relay).sync_error.starts_with(
      "zooid took the config but does not serve the relay"));
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "not_served");
  world.crash();
  world.start();
  world.clock().advance(24h);
  EXPECT_EQ(world.syncs(), 4);
  // A person mends zooid and asks again.
  world.zooid.not_loaded.clear();
  world.command->reconcile_relay(world.get(relay), {.forced = true, .recreate = false});
  world.clock().advance(1min);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(LiveCheck, SendsEverMoreSparinglyAndGivesUpOnlyAfterManyMinutes) {
  const Relay relay = create();
  world.clock().advance(24h);  // the process knows well that nobody is being reloaded
  world.zooid.not_loaded.insert(relay.id.text);
  world.rename(relay, "next");
  ASSERT_TRUE(world.clock().advance_until([&] { return !world.open_letters().empty(); }, 1h));
  const TimePoint given_up = world.clock().now();
  const auto& sent = world.zooid.requests;
  ASSERT_EQ(sent.size(), 5U);  // the creation, the update, and three pushes
  EXPECT_EQ(sent[2].at - sent[1].at, 102s);
  EXPECT_EQ(sent[3].at - sent[2].at, 222s);
  EXPECT_EQ(sent[4].at - sent[3].at, 462s);
  EXPECT_EQ(given_up - sent[4].at, 702s);
}

TEST_F(LiveCheck, WaitsWhileZooidIsSeenToCatchUp) {
  const Relay slow = create();
  const Relay slower = world.create("green");
  world.zooid.not_loaded = {slow.id.text, slower.id.text};
  world.clock().advance(90s);
  world.zooid.not_loaded = {slower.id.text};
  world.clock().advance(2min);  // the last look at the first one came at 102 s
  EXPECT_EQ(world.get(slow).live, true);
  EXPECT_EQ(world.syncs(), 2);
  world.clock().advance(2min);  // nobody else has come since
  EXPECT_EQ(world.syncs(), 3);
}

TEST_F(LiveCheck, SendsWhatWasOvertakenByOthers) {
  const Relay lost = create();
  world.clock().advance(24h);
  world.rename(lost, "next");
  world.run_ready();
  const Relay later = world.create("green");
  world.zooid.not_loaded = {lost.id.text, later.id.text};
  world.clock().advance(30s);
  world.zooid.not_loaded = {lost.id.text};
  world.clock().advance(90s);
  EXPECT_EQ(world.get(later).live, true);
  EXPECT_EQ(world.syncs(), 4);  // two creations, the update, and that once more
}

TEST_F(LiveCheck, DoesNotTakeALateFirstLookForASecondOne) {
  world.zooid.look_latency = 3s;
  world.start();
  std::vector<Relay> relays;
  for (int i = 0; i < 200; ++i) {
    relays.push_back(world.create("relay" + std::to_string(i)));
    world.run_ready();
    world.zooid.not_loaded.insert(relays.back().id.text);
  }
  world.clock().advance(140s);  // four looks at a time: the last relay has its first after 150 s
  EXPECT_EQ(world.syncs(), 200);
  world.zooid.not_loaded.clear();
  world.clock().advance(1h);
  EXPECT_EQ(world.syncs(), 200);
  for (const Relay& relay : relays) {
    EXPECT_EQ(world.get(relay).live, true);
  }
}

TEST_F(LiveCheck, SendsARelayThatIsNotServedWheneverAPersonAsks) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(24h);
  ASSERT_EQ(world.open_letters().size(), 1U);
  world.zooid.not_loaded.clear();
  world.command->reconcile_relay(world.get(relay), {});
  world.clock().advance(1min);
  EXPECT_EQ(world.syncs(), 5);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(LiveCheck, SendsARelayAgainThatShowsAnotherName) {
  world.env.relay_drift = config::RelayDrift::enforce;
  const Relay relay = create();
  world.zooid.relays[relay.id.text]["info"]["name"] = "somebody else's";
  world.clock().advance(10min);
  EXPECT_EQ(world.syncs(), 2);
  EXPECT_EQ(world.zooid.relays[relay.id.text]["info"]["name"], "blue");
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(LiveCheck, WantsAnInactiveRelayAbsent) {
  const Relay relay = create();
  static_cast<void>(world.command->deactivate_relay(relay.id));
  world.clock().advance(1min);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.syncs(), 2);
  world.zooid.relays[relay.id.text]["inactive"] = false;  // zooid missed it
  static_cast<void>(world.command->deactivate_relay(relay.id));
  world.command->reconcile_relay(world.get(relay), {.forced = true, .recreate = false});
  world.run_ready();
  world.zooid.relays[relay.id.text]["inactive"] = false;
  world.clock().advance(10min);
  EXPECT_EQ(world.zooid.relays[relay.id.text]["inactive"], true);
}

TEST_F(LiveCheck, LeavesTheRelayToTheNextSyncWhenItChangedMeanwhile) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.clock().advance(5s);
  world.rename(relay, "next");
  world.run_ready();
  world.zooid.not_loaded.clear();
  world.clock().advance(1h);
  EXPECT_EQ(world.syncs(), 2);
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(LiveCheck, LooksAgainWhenTheRelayWasSavedUnchangedMeanwhile) {
  const Relay relay = create();
  world.zooid.look_latency = 1s;
  world.clock().advance(2s);
  ASSERT_EQ(world.zooid.looks.size(), 1U);
  world.rename(relay, "blue");
  world.clock().advance(1min);
  EXPECT_EQ(world.syncs(), 1);
  EXPECT_GE(world.zooid.looks.size(), 2U);
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(LiveCheck, DropsNoSyncThatIsAskedForWhileItLooksForTheLastTime) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  world.zooid.look_latency = 5s;
  ASSERT_TRUE(world.clock().advance_until([&] { return world.zooid.looks.size() == 22; }, 1h));
  ASSERT_EQ(world.syncs(), 4);
  world.command->reconcile_relay(world.get(relay), {.forced = true});
  world.clock().advance(5s);
  world.zooid.not_loaded.clear();
  world.clock().advance(1min);
  EXPECT_EQ(world.syncs(), 5);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(LiveCheck, LooksEightTimesWhenTheAnswersSayNothing) {
  world.zooid.look_answer = test::answer(200, "<html>It works!</html>");
  const Relay relay = create();
  world.clock().advance(24h);
  const auto& looks = world.zooid.looks;
  ASSERT_EQ(looks.size(), 8U);
  EXPECT_EQ(looks[1] - looks[0], 1min);
  EXPECT_EQ(looks[2] - looks[1], 2min);
  EXPECT_EQ(looks[3] - looks[2], 4min);
  EXPECT_EQ(looks[7] - looks[6], 4min);
  EXPECT_EQ(world.syncs(), 1);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.get(relay).live, std::nullopt);
}

TEST_F(LiveCheck, TellsTheBreakerWhenZooidCannotBeReachedAndGoesOnAfterwards) {
  world.start();
  std::vector<Relay> relays;
  for (int i = 0; i < 20; ++i) {
    relays.push_back(world.create("relay" + std::to_string(i)));
  }
  world.run_ready();
  world.zooid.look_answer = test::failure(http::Fault::refused, /*written=*/false);
  world.zooid.script = [&](const test::FakeZooid::Seen&) {
    test::FakeZooid::Action action;
    action.answer = world.zooid.look_answer;
    return action;
  };
  world.clock().advance(1h);
  EXPECT_LE(world.zooid.looks.size(), 20U);  // those in flight when the breaker opened
  EXPECT_TRUE(outbox::read_destination_state(*world.database, infra::kZooid).failing_since);
  world.zooid.look_answer.reset();
  world.clock().advance(10min);
  for (const Relay& relay : relays) {
    EXPECT_EQ(world.get(relay).live, true);
  }
}

TEST_F(LiveCheck, LooksBeforeItSaysThatARelayIsUnchanged) {
  const Relay relay = create();
  world.command->reconcile_relay(world.get(relay), {});
  world.run_ready();
  EXPECT_EQ(world.zooid.looks.size(), 1U);
  EXPECT_EQ(last_completion(relay), (Completion{.skipped = true, .unseen = ""}));
  EXPECT_EQ(world.get(relay).live, true);
  world.command->reconcile_relay(world.get(relay), {});
  world.clock().advance(1h);
  EXPECT_EQ(world.zooid.looks.size(), 1U);  // it was seen: nobody need look again
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(LiveCheck, SaysThatARelayIsUnseenAndGoesOnLooking) {
  const Relay relay = create();
  world.zooid.not_loaded.insert(relay.id.text);
  for (int i = 0; i < 10; ++i) {
    world.clock().advance(10s);
    world.command->reconcile_relay(world.get(relay), {});
    world.run_ready();
    EXPECT_EQ(last_completion(relay),
              (Completion{.skipped = true, .unseen = "its host answers 404"}));
  }
  EXPECT_EQ(world.syncs(), 1);
  world.clock().advance(2min);  // asking has put nothing off
  EXPECT_EQ(world.syncs(), 2);
}

TEST_F(LiveCheck, SaysThatARelayIsUnchangedWithoutALookWhenItIsOff) {
  world.env.relay_verify = config::RelayVerify::off;
  const Relay relay = create();
  world.command->reconcile_relay(world.get(relay), {});
  world.run_ready();
  EXPECT_EQ(last_completion(relay), (Completion{.skipped = true, .unseen = ""}));
  EXPECT_TRUE(world.zooid.looks.empty());
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
