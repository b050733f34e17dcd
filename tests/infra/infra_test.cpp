#include "tender/infra/infra.hpp"

#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"
#include "tender/store/transaction.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::FakeZooid;
using test::World;

TEST(Infra, CreatesANewRelayWithAFreshSecret) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  ASSERT_EQ(world.zooid.requests.size(), 1U);
  EXPECT_EQ(world.zooid.requests[0].method, Method::post);
  EXPECT_EQ(world.zooid.requests[0].body["host"], "blue.relays.test");
  EXPECT_EQ(world.zooid.requests[0].body["secret"].get<std::string>().size(), 64U);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.get(relay).synced_revision, 1);
}

TEST(Infra, UpdatesAnExistingRelayWithoutSecret) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  const auto secret = world.zooid.relays[relay.id.text]["secret"];
  world.rename(relay, "Deep blue");
  world.run_ready();
  ASSERT_EQ(world.zooid.requests.size(), 2U);
  EXPECT_EQ(world.zooid.requests[1].method, Method::patch);
  EXPECT_FALSE(world.zooid.requests[1].body.contains("secret"));
  EXPECT_EQ(world.zooid.relays[relay.id.text]["info"]["name"], "Deep blue");
  EXPECT_EQ(world.zooid.relays[relay.id.text]["secret"], secret);
}

TEST(Infra, DeactivatesAndActivates) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  static_cast<void>(world.command->deactivate_relay(relay.id));
  world.run_ready();
  EXPECT_EQ(world.zooid.relays[relay.id.text]["inactive"], true);
  static_cast<void>(world.command->activate_relay(relay.id));
  world.run_ready();
  EXPECT_EQ(world.zooid.relays[relay.id.text]["inactive"], false);
}

TEST(Infra, DoesAtStartWhatWasCommandedWhileItWasDown) {
  World world;
  const Relay relay = world.create("blue");
  world.start();
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(Infra, FindsARelayThatAProgramWroteWithoutAWordInTheLog) {
  World world;
  const Relay relay = world.create("blue");
  world.start();
  world.database->execute("UPDATE relay SET info_name = 'silently'");
  EXPECT_FALSE(world.get(relay).synced);
  world.crash();
  world.start();
  EXPECT_EQ(world.zooid.relays[relay.id.text]["info"]["name"], "silently");
}

TEST(Infra, ReconcilesAfterTheChannelLagged) {
  World world(/*channel_capacity=*/1);
  world.start();
  {
    // A silent change, and then more activities at once than the channel keeps.
    const Relay silent = world.create("silent");
    world.run_ready();
    world.database->execute("UPDATE relay SET info_name = 'changed'");
    for (const char* name : {"one", "two", "three"}) {
      static_cast<void>(world.create(name));
    }
    world.run_ready();
    EXPECT_EQ(world.zooid.relays[silent.id.text]["info"]["name"], "changed");
  }
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
}

TEST(Infra, RetriesAfter30And60And120And240And480And900SecondsAndThenGivesUp) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen&) {
    return test::answer_with(500, R"({"error":"boom"})");
  };
  world.start();
  const Relay relay = world.create("blue");
  world.clock().advance(3h);
  ASSERT_EQ(world.zooid.requests.size(), 7U);
  const std::vector<double> expected{30, 60, 120, 240, 480, 900};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const std::chrono::duration<double> wait =
        world.zooid.requests[i + 1].at - world.zooid.requests[i].at;
    EXPECT_NEAR(wait.count(), expected[i], expected[i] * 0.101) << i;
  }
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "exhausted");
  EXPECT_EQ(world.open_letters()[0].attempt, 7);
  EXPECT_NE(world.open_letters()[0].error.find("boom"), std::string::npos);
  EXPECT_FALSE(world.get(relay).sync_error.empty());
}

TEST(Infra, AdoptsTheRelayWhenTheAnswerToItsCreationWasLost) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen& seen) {
    FakeZooid::Action action;
    if (seen.method == Method::post) {
      action.answer = test::failure(http::Fault::closed, /*written=*/true);
    }
    return action;
  };
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  EXPECT_FALSE(world.get(relay).synced);
  const auto secret = world.zooid.relays[relay.id.text]["secret"];
  world.zooid.script = nullptr;
  world.clock().advance(1min);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.zooid.creations[relay.id.text], 1);
  EXPECT_EQ(world.zooid.relays[relay.id.text]["secret"], secret);
}

TEST(Infra, CarriesOnAfterACrashBetweenCreationAndSettling) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.answer_latency = 1h;
    return action;
  };
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  ASSERT_TRUE(world.zooid.relays.contains(relay.id.text));
  world.crash();
  world.zooid.script = nullptr;
  world.start();
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.zooid.creations[relay.id.text], 1);
}

TEST(Infra, NeverLosesAnUpdateThatComesDuringASync) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.answer_latency = 1s;
    return action;
  };
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.rename(relay, "while it was under way");
  world.run_ready();
  EXPECT_EQ(world.zooid.requests.size(), 1U);  // never two at once
  world.clock().advance(1s);
  EXPECT_FALSE(world.get(relay).synced);
  world.clock().advance(1s);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.zooid.relays[relay.id.text]["info"]["name"], "while it was under way");
  EXPECT_EQ(world.zooid.most_at_once_for_one_relay, 1);
}

TEST(Infra, DoesNotCountAFailureThatANewerCommandOvertook) {
  World world;
  int requests = 0;
  world.zooid.script = [&requests](const FakeZooid::Seen&) {
    FakeZooid::Action action = test::answer_with(500, "{}");
    action.answer_latency = ++requests == 1 ? Milliseconds(1s) : Milliseconds::zero();
    return action;
  };
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.rename(relay, "newer");
  world.clock().advance(1s);
  EXPECT_EQ(requests, 2);
  EXPECT_EQ(world.query->count_trailing_sync_failures(relay.id), 1);
}

TEST(Infra, SendsNothingWhenNothingChanged) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.rename(relay, "blue");
  world.run_ready();
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.logged(relay, ActivityType::complete_relay_sync), 2);
}

TEST(Infra, SendsAgainWhatMayNotHaveArrived) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.answer = test::failure(http::Fault::timeout, /*written=*/true);
    return action;
  };
  world.rename(relay, "green");  // zooid takes it, and we do not hear of it
  world.run_ready();
  world.zooid.script = nullptr;
  world.rename(relay, "blue");  // back to what zooid last acknowledged
  world.run_ready();
  EXPECT_EQ(world.zooid.relays[relay.id.text]["info"]["name"], "blue");
}

TEST(Infra, SendsEvenWhatDidNotChangeWhenForced) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.command->reconcile_relay(world.get(relay), {.forced = true, .recreate = false});
  world.run_ready();
  EXPECT_EQ(world.zooid.count(Method::patch), 1);
}

TEST(Infra, SendsAFleetOldestFirstAndBehindCommands) {
  World world;
  world.env.relay_sync_concurrency = 1;
  world.start();
  std::vector<Relay> fleet;
  for (const char* name : {"zebra", "yak", "ant", "bee"}) {
    fleet.push_back(world.create(name));
    world.clock().advance(1s);
  }
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.latency = 1s;
    return action;
  };
  world.zooid.requests.clear();
  {
    store::Transaction together(*world.database);
    for (const Relay& relay : world.query->list_relays()) {
      world.command->reconcile_relay(relay, {.forced = true, .recreate = false, .bulk = true});
    }
    together.commit();
  }
  world.run_ready();
  const Relay urgent = world.create("commanded");
  world.clock().advance(10s);
  std::vector<std::string> order;
  for (const FakeZooid::Seen& seen : world.zooid.requests) {
    order.push_back(seen.relay);
  }
  EXPECT_EQ(order, (std::vector<std::string>{fleet[0].id.text, urgent.id.text, fleet[1].id.text,
                                             fleet[2].id.text, fleet[3].id.text}));
}

TEST(Infra, FindsASilentChangeWithinTheInterval) {
  World world;
  world.env.reconcile_interval = 1h;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.database->execute("UPDATE relay SET info_name = 'silently'");
  world.clock().advance(66min);
  EXPECT_EQ(world.zooid.relays[relay.id.text]["info"]["name"], "silently");
  world.stop();
  EXPECT_TRUE(world.ended);
}

TEST(Infra, BoundsWhatIsInFlight) {
  World world;
  world.env.relay_sync_concurrency = 3;
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.latency = 100ms;
    return action;
  };
  world.start();
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(world.create("relay" + std::to_string(i)));
  }
  world.clock().advance(10s);
  EXPECT_EQ(world.zooid.most_at_once, 3);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
}

TEST(Infra, FinishesWhatIsInFlightWhenToldToStop) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.answer_latency = 2s;
    return action;
  };
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.stop();
  const Relay late = world.create("late");
  world.clock().advance(1s);
  EXPECT_FALSE(world.ended);
  world.clock().advance(1s);
  EXPECT_TRUE(world.ended);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_FALSE(world.get(late).synced);
}

TEST(Infra, IsNotStoppedByStrangeRowsOfOtherPrograms) {
  World world;
  const Relay relay = world.create("blue");
  world.database->execute(
      "INSERT INTO activity (tenant, activity_type, resource_type, resource_id, detail) VALUES "
      "('x', 'reconcile_relay', 'relay', '" +
      relay.id.text +
      "', '{\"forced\": \"yes\"}'), "
      "('x', 'complete_relay_sync', 'relay', 'gone', '{\"revision\": [1]}'), "
      "('x', 'update_relay', 'relay', 'gone', '{}'), ('x', 'unheard_of', 'relay', 'blue', '{}')");
  world.start();
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(Infra, GivesUpARelayThatAnotherProgramMadeInvalid) {
  World world;
  const Relay relay = world.create("blue");
  world.database->execute("UPDATE relay SET info_name = CAST(x'ff' AS TEXT)");
  world.start();
  EXPECT_TRUE(world.zooid.requests.empty());
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_NE(world.open_letters()[0].error.find("info_name"), std::string::npos);
}

TEST(Infra, SurvivesAClockThatIsSetBack) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen&) { return test::answer_with(500, "{}"); };
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.zooid.script = nullptr;
  world.clock().jump(-24h);
  static_cast<void>(world.create("wakes-the-dispatcher"));
  world.run_ready();
  EXPECT_TRUE(world.get(relay).synced);
}

}  // namespace
}  // namespace tender
