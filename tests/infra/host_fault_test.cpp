// What becomes of relays when the host that all of them share fails.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/destination_state.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::FakeZooid;
using test::World;

FakeZooid::Action fails_with(http::Exchange exchange) {
  FakeZooid::Action action;
  action.apply = false;
  action.answer = std::move(exchange);
  return action;
}

FakeZooid::Action refuses() {
  return fails_with(test::failure(http::Fault::refused, /*written=*/false));
}

struct Outage : testing::Test {
  Outage() {
    world.zooid.script = [this](const FakeZooid::Seen&) {
      return down ? refuses()
                  : FakeZooid::Action{
                        .apply = true, .answer = {}, .latency = 20ms, .answer_latency = {}};
    };
  }

  void create(int count) {
    for (int i = 0; i < count; ++i) {
      relays.push_back(world.create("relay" + std::to_string(i)));
    }
  }

  /// The host is back: all must be in step within 2 minutes.
  void come_back() {
    down = false;
    const TimePoint back = world.clock().now();
    ASSERT_TRUE(world.clock().advance_until(
        [&] { return world.query->list_relays_pending_sync().empty(); }, 10min));
    EXPECT_LE(world.clock().now() - back, 2min);
    EXPECT_TRUE(world.open_letters().empty());
  }

  [[nodiscard]] int failures_logged() const {
    int count = 0;
    for (const Relay& relay : relays) {
      count += world.logged(relay, ActivityType::fail_relay_sync);
    }
    return count;
  }

  bool down = true;
  World world;
  std::vector<Relay> relays;
};

TEST_F(Outage, OfSixHoursWith500RelaysLosesNothingAndEndsWithinTwoMinutes) {
  world.start();
  create(500);
  world.clock().advance(6h);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(failures_logged(), 5);  // the five that opened the breaker
  const TimePoint back = world.clock().now();
  come_back();
  EXPECT_LE(world.zooid.most_at_once, 16);
  // One probe; then one sync, two when it has succeeded, and so on until 16 are in flight: each
  // takes 20 ms.
  std::map<TimePoint, int> syncs;
  for (const FakeZooid::Seen& seen : world.zooid.requests) {
    if (seen.at >= back && seen.method != http::Method::get) {
      ++syncs[seen.at];
    }
  }
  std::vector<int> herd;
  for (const auto& [at, count] : syncs) {
    herd.push_back(count);
  }
  ASSERT_GT(herd.size(), 6U);
  EXPECT_EQ(std::vector<int>(herd.begin(), herd.begin() + 6),
            (std::vector<int>{1, 2, 4, 8, 16, 16}));
  EXPECT_EQ(std::ranges::max(herd), 16);
}

TEST_F(Outage, ThatHangsEndsWithinTwoMinutesToo) {
  world.zooid.script = [this](const FakeZooid::Seen&) {
    FakeZooid::Action action = fails_with(test::failure(http::Fault::timeout, /*written=*/true));
    action.latency = 5s;
    return down ? action : FakeZooid::Action();
  };
  world.start();
  create(500);
  world.clock().advance(6h);
  EXPECT_TRUE(world.open_letters().empty());
  // The worst moment: a probe has just begun, and is in vain.
  const auto asked = world.zooid.probes.size();
  ASSERT_TRUE(
      world.clock().advance_until([&] { return world.zooid.probes.size() > asked; }, 10min));
  come_back();
}

TEST_F(Outage, IsProbedEverMoreSeldomAndNothingElseIsSent) {
  world.start();
  create(20);
  world.clock().advance(10s);
  const std::size_t before = world.zooid.requests.size();
  world.clock().advance(1h);
  const std::size_t probes = world.zooid.probes.size();
  EXPECT_EQ(world.zooid.requests.size(), before);
  EXPECT_GE(probes, 25U);
  EXPECT_LE(probes, 40U);
  EXPECT_EQ(failures_logged(), 5);
}

TEST_F(Outage, IsKnownToOtherProcessesWithItsReason) {
  world.start();
  create(5);
  world.clock().advance(1s);
  const outbox::DestinationState state =
      outbox::read_destination_state(*world.database, infra::kZooid);
  ASSERT_TRUE(state.failing_since);
  EXPECT_NE(state.reason.find("refused"), std::string::npos);
  down = false;
  world.clock().advance(10min);
  EXPECT_FALSE(outbox::read_destination_state(*world.database, infra::kZooid).failing_since);
}

TEST_F(Outage, OfAnIdleHostIsNoticedWithinTwoMinutes) {
  down = false;
  world.env.relay_sweep = 24h;
  world.start();
  create(1);
  world.clock().advance(1h);
  down = true;
  const TimePoint died_at = world.clock().now();
  world.clock().advance(2min);
  const auto state = outbox::read_destination_state(*world.database, infra::kZooid);
  EXPECT_TRUE(state.failing_since);
  ASSERT_TRUE(state.answered_at);
  EXPECT_LE(*state.answered_at, died_at);
  EXPECT_GT(*state.answered_at, died_at - 2min);
}

TEST_F(Outage, IsEndedAtOnceByAPersonWhoAsksForASync) {
  world.start();
  create(1);
  world.clock().advance(1h);
  down = false;
  const Relay relay = world.query->list_relays_pending_sync().at(0);
  world.command->reconcile_relay(relay, {});
  world.clock().advance(1s);
  EXPECT_TRUE(world.get(relay).synced);
}

TEST_F(Outage, SpendsNoFurtherAttemptsWhenTheProcessRestarts) {
  world.start();
  create(20);
  world.clock().advance(1min);
  for (int i = 0; i < 10; ++i) {
    world.crash();
    world.start();
    world.clock().advance(1min);
  }
  EXPECT_EQ(failures_logged(), 5);
  down = false;
  world.clock().advance(5min);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
}

TEST(HostFault, OfOneRelayAloneIsItsOwnDeadLetterAndHoldsUpNobody) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen& seen) {
    return seen.body.is_object() && seen.body.value("schema", "").starts_with("slow")
               ? fails_with(test::failure(http::Fault::timeout, /*written=*/true))
               : FakeZooid::Action();
  };
  world.start();
  static_cast<void>(world.create("slow"));
  for (int i = 0; i < 100; ++i) {
    world.clock().advance(1min);
    const Relay other = world.create("other" + std::to_string(i));
    world.clock().advance(30s);
    EXPECT_TRUE(world.get(other).synced) << i;
  }
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "exhausted");
}

// How long until all that can be in step is.
Milliseconds time_to_converge(World& world, int relays) {
  if (world.infra == nullptr) {
    world.start();
  }
  for (int i = 0; i < relays; ++i) {
    static_cast<void>(world.create("relay" + std::to_string(i)));
  }
  const TimePoint begun = world.clock().now();
  const auto letters = world.open_letters().size();
  EXPECT_TRUE(world.clock().advance_until(
      [&] { return world.query->count_relays().pending == static_cast<std::int64_t>(letters); },
      1h));
  return world.clock().now() - begun;
}

TEST(Refusal, OfOneRelayAmongAThousandDelaysNobodyAndIsOneDeadLetter) {
  const auto slow = [](const FakeZooid::Seen&) {
    FakeZooid::Action action;
    action.latency = 20ms;
    return action;
  };
  World without;
  without.zooid.script = slow;
  const Milliseconds expected = time_to_converge(without, 999);
  World with;
  with.zooid.script = [&](const FakeZooid::Seen& seen) {
    FakeZooid::Action action = slow(seen);
    if (seen.method == http::Method::post && seen.body.value("schema", "").starts_with("taken")) {
      action.apply = false;
      action.answer = test::answer(409, R"({"error":"schema \"taken\" is already in use"})");
    }
    return action;
  };
  with.start();
  const Relay refused = with.create("taken");
  with.clock().advance(1s);
  EXPECT_LE(time_to_converge(with, 999), expected);
  with.clock().advance(24h);
  ASSERT_EQ(with.open_letters().size(), 1U);
  EXPECT_EQ(with.open_letters()[0].key, refused.id.text);
  EXPECT_EQ(with.open_letters()[0].reason, "rejected");
  EXPECT_NE(with.open_letters()[0].error.find("already in use"), std::string::npos);
  EXPECT_NE(with.open_letters()[0].error.find("change this relay"), std::string::npos);
}

// The relay that gives up its subdomain is slower than the one that takes it.
TEST(Refusal, OfAHostThatAnotherRelayIsAboutToFreeIsTriedAgain) {
  World world;
  world.start();
  const Relay giver = world.create("lobby");
  world.run_ready();
  world.zooid.script = [](const FakeZooid::Seen& seen) {
    FakeZooid::Action action;
    action.latency = seen.method == http::Method::patch ? 200ms : 20ms;
    return action;
  };
  RelayChange change;
  change.subdomain = "archive";
  static_cast<void>(world.command->update_relay(giver.id, change));
  const Relay taker = world.create("lobby");
  world.clock().advance(100ms);
  EXPECT_NE(world.get(taker).sync_error.find("already in use"), std::string::npos);
  world.clock().advance(1s);
  EXPECT_TRUE(world.get(taker).synced);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST(Refusal, OfAHostThatNobodyWillFreeIsADeadLetterAtOnce) {
  World world;
  world.zooid.relays["foreign"] = {{"host", "lobby.relays.test"}};
  world.start();
  const Relay relay = world.create("lobby");
  world.clock().advance(1s);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "rejected");
  EXPECT_EQ(world.logged(relay, ActivityType::fail_relay_sync), 1);
}

// A job that was in flight when the breaker opened closes it while the probe still hangs.
TEST(HostFault, IsProbedByOneRequestAtATime) {
  World world;
  bool down = false;
  world.zooid.script = [&down](const FakeZooid::Seen& seen) {
    FakeZooid::Action action = down ? refuses() : FakeZooid::Action();
    if (seen.method == http::Method::get) {
      action.latency = 60s;
    } else if (seen.body.value("schema", "").starts_with("slow")) {
      action = FakeZooid::Action();
      action.latency = 20s;
    }
    return action;
  };
  world.start();
  for (int i = 0; i < 40; ++i) {  // enough answers for 16 at a time
    static_cast<void>(world.create("early" + std::to_string(i)));
  }
  world.clock().advance(1s);
  ASSERT_TRUE(world.query->list_relays_pending_sync().empty());
  down = true;
  const int before = world.zooid.count(http::Method::post);
  const Relay slow = world.create("slow");
  for (int i = 0; i < 20; ++i) {
    static_cast<void>(world.create("other" + std::to_string(i)));
  }
  world.clock().advance(50s);
  ASSERT_TRUE(world.get(slow).synced);
  // It was closed, and opened again.
  EXPECT_GE(world.zooid.count(http::Method::post) - before, 1 + 15 + 5);
  EXPECT_EQ(world.zooid.probes.size(), 1U);
  world.clock().advance(1min);
  EXPECT_EQ(world.zooid.probes.size(), 2U);
}

TEST(HostFault, OfTheOnlyRelayEndsAsADeadLetterWhenTheHostIsWell) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen& seen) {
    return seen.body.is_object() ? fails_with(test::failure(http::Fault::timeout, true))
                                 : FakeZooid::Action();
  };
  world.start();
  static_cast<void>(world.create("slow"));
  world.clock().advance(3h);
  EXPECT_EQ(world.open_letters().size(), 1U);
}

TEST(HostFault, RetryAfterPausesTheWholeHost) {
  World world;
  world.env.relay_sync_concurrency = 1;
  bool busy = true;
  world.zooid.script = [&busy](const FakeZooid::Seen&) {
    http::Exchange exchange = test::answer(429, R"({"error":"slow down"})");
    std::get<http::Response>(exchange.result).headers.push_back({"Retry-After", "600"});
    return busy ? fails_with(exchange) : FakeZooid::Action();
  };
  world.start();
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(world.create("relay" + std::to_string(i)));
  }
  world.clock().advance(10min - 1s);
  EXPECT_EQ(world.zooid.requests.size(), 1U);
  busy = false;
  world.clock().advance(2s);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
}

TEST(HostFault, IsNotMadeOfAnExchangeThatWeBrokeOff) {
  World world;
  world.zooid.script = [](const FakeZooid::Seen&) {
    FakeZooid::Action action = fails_with(test::failure(http::Fault::stopped, /*written=*/true));
    action.latency = 1s;
    return action;
  };
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  ASSERT_EQ(world.zooid.requests.size(), 1U);
  world.infra->stop();
  world.clock().advance(1s);
  EXPECT_TRUE(world.ended);
  EXPECT_EQ(world.logged(relay, ActivityType::fail_relay_sync), 0);
  EXPECT_EQ(world.get(relay).sync_error, "");
}

}  // namespace
}  // namespace tender
