// Syncs and looks share the dispatcher: both make progress, whatever the other's queue is like.
#include <algorithm>

#include <boost/asio/co_spawn.hpp>

#include "tender/outbox/dispatcher.hpp"

#include "fake_executor.hpp"
#include "outbox_fixture.hpp"
#include "registry.hpp"
#include "support/seeded_random.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;
using Plan = FakeExecutor::Plan;

struct Lanes : OutboxTest {
  void run(DestinationGate::Options host) {
    dispatcher =
        std::make_unique<Dispatcher>(database, clock, random, *logger, registry_of(executor, host),
                                     Dispatcher::Options{.horizon = 16min});
    boost::asio::co_spawn(io, dispatcher->run(),
                          [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
    clock.run_ready();
  }

  void ask(std::string_view kind, const std::string& name, int count,
           Priority priority = Priority::bulk) {
    for (int i = 0; i < count; ++i) {
      Job wanted = job(name + std::to_string(i), priority);
      wanted.kind = kind;
      outbox.enqueue(wanted, clock.now());
    }
    if (dispatcher) {
      dispatcher->wake();
      clock.run_ready();
    }
  }

  [[nodiscard]] int begun(std::string_view kind) const {
    return static_cast<int>(std::ranges::count(executor.begun, kind, &Job::kind));
  }

  test::SeededRandom random{1};
  FakeExecutor executor{clock};
  std::shared_ptr<Logger> logger = make_null_logger();
  std::unique_ptr<Dispatcher> dispatcher;
};

TEST_F(Lanes, TakeTurnsWhenBothAreDue) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask(kSync, "sync", 100);
  ask(kLook, "look", 100);
  run(at_once(1));
  clock.advance(20s);
  EXPECT_NEAR(begun(kSync), 10, 1);
  EXPECT_NEAR(begun(kLook), 10, 1);
}

TEST_F(Lanes, GiveEachItsAgedTurn) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask(kSync, "fleet", 1);
  clock.advance(1s);
  ask(kSync, "command", 100, Priority::normal);
  ask(kLook, "look", 100);
  run(at_once(1));
  clock.advance(20s);
  EXPECT_EQ(std::ranges::count(executor.begun, "fleet0", &Job::key), 1);
}

TEST_F(Lanes, LeaveAllTurnsToOneWhenTheOtherIsEmpty) {
  executor.script = [](const Job&) { return Plan{.takes = 1s}; };
  ask(kLook, "look", 10);
  run(at_once(1));
  clock.advance(10s);
  EXPECT_EQ(begun(kLook), 10);
}

TEST_F(Lanes, KeepThreeQuartersOfThePlacesFreeOfLooksThatHang) {
  executor.script = [](const Job& job) { return Plan{.takes = job.kind == kLook ? 1h : 100ms}; };
  ask(kLook, "look", 100);
  run(at_once(16));
  EXPECT_EQ(begun(kLook), 4);
  ask(kSync, "sync", 120);
  clock.advance(1s);
  EXPECT_EQ(begun(kSync), 120);  // 12 at a time, each in 100 ms
  EXPECT_EQ(begun(kLook), 4);
  EXPECT_EQ(executor.most_at_once, 16);
}

TEST_F(Lanes, CountThePlacesThatTheHostBearsAtTheMoment) {
  executor.script = [](const Job& job) {
    return Plan{.takes = job.kind == kLook ? 1h : 100ms,
                .sign = {DestinationSign::Kind::well, {}, {}}};
  };
  ask(kLook, "look", 100);
  run({.concurrency = 64, .first_concurrency = 2});
  EXPECT_EQ(begun(kLook), 1);
  ask(kSync, "sync", 10);
  clock.advance(1s);
  EXPECT_EQ(begun(kSync), 10);
}

TEST_F(Lanes, WaitForAPlaceWithoutTurningInCircles) {
  executor.script = [](const Job&) { return Plan{.takes = 1h}; };
  ask(kLook, "look", 3);
  run(at_once(4));
  EXPECT_EQ(begun(kLook), 1);
  clock.advance(1h);  // ends only if the dispatcher sleeps meanwhile
  EXPECT_EQ(begun(kLook), 2);
}

TEST_F(Lanes, ShareTheRate) {
  ask(kSync, "sync", 500);
  ask(kLook, "look", 500);
  run(at_once(16, 10));
  clock.advance(20s);
  EXPECT_NEAR(begun(kSync) + begun(kLook), 210, 1);
  EXPECT_NEAR(begun(kSync), begun(kLook), 10);
}

}  // namespace
}  // namespace tender::outbox
