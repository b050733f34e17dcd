#include "tender/outbox/circuit_breaker.hpp"

#include <set>

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;
using State = CircuitBreaker::State;

constexpr TimePoint kNow(std::chrono::hours(24 * 365 * 56));

struct Breaker : testing::Test {
  void fail(int times) {
    for (int i = 0; i < times; ++i) {
      breaker.job_met_fault(now);
    }
  }

  // Lets the open time pass and probes; how long it was open.
  Milliseconds probe(bool well) {
    const Milliseconds open_time = breaker.probe_at(now) - now;
    now = breaker.probe_at(now);
    breaker.probe_begins();
    EXPECT_EQ(breaker.state(), State::half_open);
    breaker.probe_ends(well, now);
    return open_time;
  }

  static void expect_near(Milliseconds actual, Milliseconds expected) {
    EXPECT_GE(actual, expected - expected / 10);
    EXPECT_LE(actual, expected + expected / 10);
  }

  TimePoint now = kNow;
  test::SeededRandom random{1};
  CircuitBreaker breaker{random};
};

TEST_F(Breaker, OpensAtTheFifthFaultInARow) {
  fail(4);
  EXPECT_EQ(breaker.state(), State::closed);
  fail(1);
  EXPECT_EQ(breaker.state(), State::open);
  expect_near(breaker.probe_at(now) - now, 5s);
}

TEST_F(Breaker, StartsCountingAnewAfterASuccess) {
  fail(4);
  breaker.job_succeeded();
  fail(4);
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(Breaker, IsNotMovedByFaultsThatComeWhileItIsNotClosed) {
  fail(5);
  const TimePoint probe_at = breaker.probe_at(now);
  fail(10);
  EXPECT_EQ(breaker.state(), State::open);
  EXPECT_EQ(breaker.probe_at(now), probe_at);
  now = probe_at;
  breaker.probe_begins();
  fail(10);
  EXPECT_EQ(breaker.state(), State::half_open);
}

TEST_F(Breaker, StaysOpenTwiceAsLongEachTimeUpToNearlyTwoMinutes) {
  fail(5);
  for (const Milliseconds expected : {5s, 10s, 20s, 40s, 80s, 100s, 100s}) {
    expect_near(probe(false), expected);
    EXPECT_EQ(breaker.state(), State::open);
  }
}

TEST_F(Breaker, ClosesWhenTheProbeSucceedsAndIsNotFooledByAHostThatAnswersNothingElse) {
  fail(5);
  probe(true);
  EXPECT_EQ(breaker.state(), State::closed);
  fail(5);
  expect_near(probe(true), 10s);
  breaker.job_succeeded();
  fail(5);
  expect_near(probe(true), 5s);
}

TEST_F(Breaker, ClosesWhenAJobThatWasStillUnderWaySucceeds) {
  fail(5);
  breaker.job_succeeded();
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(Breaker, KeepsWhatAJobHasShownWhileTheProbeWasUnderWay) {
  fail(5);
  now = breaker.probe_at(now);
  breaker.probe_begins();
  breaker.job_succeeded();
  breaker.probe_ends(false, now);
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(Breaker, ProbesAtOnceAfterARestart) {
  breaker.restore_open(now);
  EXPECT_EQ(breaker.state(), State::open);
  EXPECT_EQ(breaker.probe_at(now), now);
  probe(false);
  expect_near(breaker.probe_at(now) - now, 10s);
}

TEST_F(Breaker, CountsTheFaultsOfProbesBesideThoseOfJobs) {
  fail(2);
  breaker.watch_ends(false, now);
  breaker.watch_ends(false, now);
  EXPECT_EQ(breaker.state(), State::closed);
  breaker.watch_ends(false, now);
  EXPECT_EQ(breaker.state(), State::open);
}

TEST_F(Breaker, ForgetsNoFaultOfAJobBecauseAProbeIsAnswered) {
  fail(4);
  breaker.watch_ends(false, now);
  breaker.job_succeeded();
  fail(4);
  breaker.watch_ends(true, now);
  EXPECT_EQ(breaker.state(), State::closed);
  fail(1);
  EXPECT_EQ(breaker.state(), State::open);
}

TEST_F(Breaker, ForgetsTheFaultsOfProbesWhenOneIsAnswered) {
  for (int i = 0; i < 4; ++i) {
    breaker.watch_ends(false, now);
  }
  breaker.watch_ends(true, now);
  for (int i = 0; i < 4; ++i) {
    breaker.watch_ends(false, now);
  }
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST_F(Breaker, ProbesEarlierWhenItIsToldTo) {
  fail(5);
  breaker.hasten_probe(now + 1s);
  EXPECT_EQ(breaker.probe_at(now), now + 1s);
  breaker.hasten_probe(now + 2s);
  EXPECT_EQ(breaker.probe_at(now), now + 1s);
}

TEST_F(Breaker, JittersItsOpenTimes) {
  std::set<Milliseconds> times;
  for (int i = 0; i < 20; ++i) {
    fail(5);
    times.insert(breaker.probe_at(now) - now);
    breaker.job_succeeded();
  }
  EXPECT_GT(times.size(), 15U);
}

}  // namespace
}  // namespace tender::outbox
