// The dispatcher asks a destination whether it still works when nothing else has asked it for a
// while, and at once when a person waits.
#include "tender/store/pause_table.hpp"

#include "dispatcher_fixture.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

struct Watch : DispatcherTest {
  [[nodiscard]] DestinationState state() { return read_destination_state(database, kHere); }

  // The breaker is open, and its next probe more than a minute away.
  void fail_for_long() {
    executor.probe_answer = fault;
    run();
    ASSERT_TRUE(clock.advance_until(
        [this] {
          const auto next = state().probe_at;
          return next && *next > clock.now() + 1min;
        },
        1h));
    clock.advance(10s);
    executor.probes.clear();
  }

  DestinationSign fault{DestinationSign::Kind::fault, "refused", {}};
  DestinationSign well{DestinationSign::Kind::well, {}, {}};
};

TEST_F(Watch, NoticesThatAnIdleDestinationHasDied) {
  run();
  clock.advance(10min);
  ASSERT_TRUE(state().answered_at);
  EXPECT_GE(executor.probes.size(), 9U);
  EXPECT_LE(executor.probes.size(), 12U);
  executor.probe_answer = fault;
  const TimePoint died_at = clock.now();
  clock.advance(90s);
  EXPECT_TRUE(state().failing_since);
  EXPECT_LE(state().answered_at, died_at);
  EXPECT_THAT(log(), testing::HasSubstr("the destination is unusable"));
  executor.probe_answer = well;
  clock.advance(2min);
  EXPECT_FALSE(state().failing_since);
  EXPECT_GT(state().answered_at, died_at);
}

TEST_F(Watch, BearsAShortRestart) {
  run();
  clock.advance(10min);
  executor.probe_answer = fault;
  ASSERT_TRUE(clock.advance_until(
      [this, before = executor.probes.size()] { return executor.probes.size() > before; }, 2min));
  clock.advance(3s);
  executor.probe_answer = well;
  clock.advance(10min);
  EXPECT_EQ(errors_logged(), 0);
}

TEST_F(Watch, FollowsUpOneFaultWhenThereIsNoOtherWork) {
  executor.script = [this](const Job&) {
    return Plan{.settle =
                    [this](bool) {
                      return Retry{1, clock.now() + 15min, "refused"};
                    },
                .sign = fault};
  };
  run();
  clock.advance(10s);
  executor.probe_answer = fault;
  ask("blue");
  clock.advance(12s);
  EXPECT_EQ(executor.begun.size(), 1U);
  EXPECT_TRUE(state().failing_since);
}

TEST_F(Watch, AsksNothingWhileWorkIsAnswered) {
  executor.script = [this](const Job&) { return Plan{.sign = well}; };
  run();
  clock.advance(3s);
  const auto before = executor.probes.size();
  for (int i = 0; i < 60; ++i) {
    ask("relay" + std::to_string(i));
    clock.advance(20s);
  }
  EXPECT_EQ(executor.probes.size(), before);
}

TEST_F(Watch, AsksNothingWhileLooksShowThatItRuns) {
  executor.script = [](const Job&) {
    return Plan{.sign = {.kind = DestinationSign::Kind::none, .reason = {}, .answered = true}};
  };
  run();
  clock.advance(3s);
  const auto before = executor.probes.size();
  for (int i = 0; i < 60; ++i) {
    ask("relay" + std::to_string(i));
    clock.advance(20s);
  }
  EXPECT_EQ(executor.probes.size(), before);
  EXPECT_GE(state().answered_at, clock.now() - 30s);
}

TEST_F(Watch, HoldsUpNoWorkWhileAProbeIsUnderWay) {
  executor.probe_takes = 30s;
  run();
  clock.advance(3s);
  ASSERT_EQ(executor.probes.size(), 1U);
  ask("blue");
  EXPECT_EQ(executor.settled.size(), 1U);
}

TEST_F(Watch, ProbesAtOnceWhenAPersonAsksForWork) {
  fail_for_long();
  executor.probe_answer = well;
  ask("blue", Priority::normal);
  EXPECT_TRUE(executor.probes.empty());
  ask("green", Priority::urgent);
  EXPECT_EQ(executor.probes, std::vector{clock.now()});
  EXPECT_TRUE(executor.settled.size() == 2);
  EXPECT_FALSE(state().failing_since);
}

TEST_F(Watch, ProbesOnceForEachWishOfAPersonAndNotTwiceWithinFiveSeconds) {
  fail_for_long();
  const TimePoint asked_at = clock.now();
  for (int i = 0; i < 3; ++i) {
    ask("relay" + std::to_string(i), Priority::urgent);
    clock.advance(1s);
  }
  clock.advance(4s);  // the failures have made the next waits long
  EXPECT_EQ(executor.probes, (std::vector{asked_at, asked_at + 5s}));
}

TEST_F(Watch, DoesNotHurryForWorkThatAPauseHolds) {
  fail_for_long();
  store::PauseTable(database).put({.since = clock.now()});
  ask("green", Priority::urgent);
  EXPECT_TRUE(executor.probes.empty());
}

}  // namespace
}  // namespace tender::outbox
