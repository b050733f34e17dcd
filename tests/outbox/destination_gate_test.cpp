#include "tender/outbox/destination_gate.hpp"

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kStart(std::chrono::hours(24 * 365 * 56));
const DestinationSign kWell{DestinationSign::Kind::well, {}, {}};
const DestinationSign kFault{DestinationSign::Kind::fault, "refused", {}};
const DestinationSign kNothing{};
const DestinationSign kCannotStore{DestinationSign::Kind::storage, "disk full", {}};

DestinationSign asks_to_wait(DestinationSign::Kind kind, Milliseconds pause) {
  return {kind, "busy", pause};
}

struct Gate : testing::Test {
  bool record(const DestinationSign& sign) { return record(sign, {.in_flight = 4}); }
  bool record(const DestinationSign& sign, DestinationGate::Timing timing) {
    return gate.record(sign, timing, now);
  }
  void fail() {
    for (int i = 0; i < 5; ++i) {
      record(kFault);
    }
  }
  void probe(const DestinationSign& sign) {
    now = gate.opens_at(now, 0);
    ASSERT_TRUE(gate.begin_probe(now));
    gate.probe_ended(gate.probe_kind(), sign, now);
  }

  TimePoint now = kStart;
  test::SeededRandom random{1};
  std::shared_ptr<Logger> logger = make_null_logger();
  DestinationGate gate{"zooid", random, *logger, {.concurrency = 4, .first_concurrency = 4}};
};

TEST_F(Gate, AdmitsAsManyAsMayBeInFlight) {
  EXPECT_TRUE(gate.admits(now, 3));
  EXPECT_FALSE(gate.admits(now, 4));
  EXPECT_EQ(gate.opens_at(now, 3), now);
  EXPECT_EQ(gate.opens_at(now, 4), TimePoint::max());
}

TEST_F(Gate, AdmitsNothingWhileTheHostFailsAndSaysWhenToProbe) {
  EXPECT_FALSE(gate.begin_probe(now));
  fail();
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_FALSE(gate.begin_probe(now));
  const TimePoint probe_at = gate.opens_at(now, 0);
  EXPECT_GT(probe_at, now);
  EXPECT_TRUE(gate.begin_probe(probe_at));
  EXPECT_FALSE(gate.admits(probe_at, 0));
  EXPECT_EQ(gate.opens_at(probe_at, 0), TimePoint::max());
  EXPECT_FALSE(gate.begin_probe(probe_at));
}

TEST_F(Gate, CountsOnlyTheFaultsThatWereNotKnown) {
  EXPECT_TRUE(record(kNothing));  // a fault of the relay's own
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(record(kFault));
  }
  EXPECT_FALSE(record(kFault));
  EXPECT_FALSE(record(kNothing));  // a connection that broke when the host went down
  probe(kWell);
  EXPECT_TRUE(record(kNothing));
}

TEST_F(Gate, KnowsSinceWhenAndWhyTheHostFails) {
  EXPECT_FALSE(gate.changed());
  fail();
  EXPECT_TRUE(gate.changed());
  EXPECT_EQ(gate.state().failing_since, kStart);
  EXPECT_EQ(gate.state().reason, "refused");
  gate.saved();
  probe({DestinationSign::Kind::fault, "timeout", {}});
  EXPECT_TRUE(gate.changed());
  EXPECT_EQ(gate.state().failing_since, kStart);
  EXPECT_EQ(gate.state().reason, "timeout");
  EXPECT_GT(gate.state().probe_at, now);
  probe(kWell);
  EXPECT_EQ(gate.state().failing_since, std::nullopt);
  EXPECT_EQ(gate.state().reason, "");
  EXPECT_EQ(gate.state().probe_at, std::nullopt);
}

TEST_F(Gate, StartsSlowlyAfterAnOutage) {
  fail();
  probe(kWell);
  EXPECT_TRUE(gate.admits(now, 0));
  EXPECT_FALSE(gate.admits(now, 1));
  for (int in_flight = 1; in_flight < 4; ++in_flight) {
    EXPECT_FALSE(gate.admits(now, in_flight));
    record(kWell);
    EXPECT_TRUE(gate.admits(now, in_flight));
  }
  record(kWell);
  EXPECT_FALSE(gate.admits(now, 4));
}

TEST_F(Gate, StaysAwayAsLongAsTheHostAsks) {
  EXPECT_TRUE(record(asks_to_wait(DestinationSign::Kind::none, 90s)));
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_EQ(gate.opens_at(now, 0), now + 90s);
  EXPECT_EQ(gate.state().paused_until, now + 90s);
  EXPECT_TRUE(gate.admits(now + 90s, 0));
}

TEST_F(Gate, CountsNoFailureThatOnlyRepeatsThatWeShouldWait) {
  EXPECT_TRUE(record(asks_to_wait(DestinationSign::Kind::none, 90s)));
  EXPECT_FALSE(record(asks_to_wait(DestinationSign::Kind::none, 60s)));
  EXPECT_FALSE(record(kFault));
  EXPECT_TRUE(record(kNothing));
  EXPECT_EQ(gate.opens_at(now, 0), now + 90s);  // the longest wish counts
}

TEST_F(Gate, DoesNotProbeWhileTheHostAsksToBeLeftAlone) {
  fail();
  record(asks_to_wait(DestinationSign::Kind::fault, 10min));
  EXPECT_EQ(gate.opens_at(now, 0), now + 10min);
  EXPECT_EQ(gate.state().probe_at, now + 10min);  // for `tender status`
  EXPECT_FALSE(gate.begin_probe(now + 5min));
  EXPECT_TRUE(gate.begin_probe(now + 10min));
}

TEST_F(Gate, BoundsTheRate) {
  DestinationGate paced("zooid", random, *logger, {.rate = 2, .concurrency = 4});
  for (int i = 0; i < 2; ++i) {
    ASSERT_TRUE(paced.admits(now, 0));
    paced.take_token(now, now);
  }
  EXPECT_FALSE(paced.admits(now, 0));
  EXPECT_EQ(paced.opens_at(now, 0), now + 500ms);
  EXPECT_TRUE(paced.admits(now + 500ms, 0));
}

TEST_F(Gate, ProbesFirstWhenAnEarlierProcessLeftAFailingHost) {
  gate.restore({.failing_since = kStart - 1h,
                .reason = "refused",
                .probe_at = kStart + 1h,
                .paused_until = kStart + 24h},
               now);
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_TRUE(gate.begin_probe(now));
  gate.probe_ended(Probe::answers, kWell, now);
  EXPECT_TRUE(gate.admits(now, 0));
  EXPECT_EQ(gate.state().failing_since, std::nullopt);
}

TEST_F(Gate, KeepsThePauseThatAnEarlierProcessWasAskedFor) {
  gate.restore({.failing_since = {}, .reason = {}, .probe_at = {}, .paused_until = kStart + 5min},
               now);
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_EQ(gate.opens_at(now, 0), kStart + 5min);
  EXPECT_TRUE(gate.admits(kStart + 5min, 0));
}

TEST_F(Gate, ClosesAtTheFirstSignThatTheHostCannotStore) {
  EXPECT_TRUE(record(kCannotStore));
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_TRUE(gate.state().stores_nothing);
  EXPECT_EQ(gate.state().reason, "disk full");
  EXPECT_EQ(gate.probe_kind(), Probe::stores);
  EXPECT_FALSE(record(kCannotStore));  // what was in flight counts no more
}

TEST_F(Gate, IsNotOpenedByAnAnswerWhileTheHostCannotStore) {
  record(kCannotStore);
  record(kWell);
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_TRUE(gate.state().failing_since);
  probe(kCannotStore);
  EXPECT_FALSE(gate.admits(now, 0));
  probe(kFault);
  EXPECT_EQ(gate.probe_kind(), Probe::stores);
  probe(kWell);
  EXPECT_TRUE(gate.admits(now, 0));
  EXPECT_FALSE(gate.admits(now, 1));
  EXPECT_FALSE(gate.state().stores_nothing);
  EXPECT_EQ(gate.probe_kind(), Probe::answers);
}

// The probe that hangs was begun before the fault, and asked something else.
TEST_F(Gate, IsNotOpenedByAProbeThatAskedForLess) {
  fail();
  now = gate.opens_at(now, 0);
  ASSERT_TRUE(gate.begin_probe(now));
  record(kCannotStore);
  gate.probe_ended(Probe::answers, kWell, now);
  EXPECT_FALSE(gate.admits(now, 0));
  probe(kWell);
  EXPECT_TRUE(gate.admits(now, 0));
}

TEST_F(Gate, RemembersThatTheHostCouldNotStore) {
  record(kCannotStore);
  DestinationGate next("zooid", random, *logger, {});
  next.restore(gate.state(), now);
  EXPECT_FALSE(next.admits(now, 0));
  EXPECT_EQ(next.probe_kind(), Probe::stores);
}

TEST_F(Gate, LetsOneOverwriteAtATimePassAndTheNextAfterASecondWithoutAnswer) {
  EXPECT_TRUE(gate.admits_overwrite(now));
  gate.overwrite_begins(now);
  EXPECT_FALSE(gate.admits_overwrite(now));
  EXPECT_EQ(gate.overwrite_turn_at(now), now + 1s);
  EXPECT_TRUE(gate.admits_overwrite(now + 1s));
  gate.overwrite_begins(now + 1s);
  gate.overwrite_ends(now);
  EXPECT_FALSE(gate.admits_overwrite(now + 1s));  // the younger one still has no answer
  gate.overwrite_ends(now + 1s);
  EXPECT_TRUE(gate.admits_overwrite(now + 1s));
}

TEST_F(Gate, IsAskedWhenItHasNotAnsweredForAMinute) {
  EXPECT_EQ(gate.probe_at(now), TimePoint::max());  // restore() begins it
  record(kWell);
  EXPECT_EQ(gate.state().answered_at, now);
  const TimePoint first = gate.probe_at(now);
  EXPECT_GE(first, now + 54s);
  EXPECT_LE(first, now + 66s);
  now += 30s;
  record({.kind = DestinationSign::Kind::none, .reason = {}, .answered = true});
  EXPECT_EQ(gate.state().answered_at, now);
  EXPECT_EQ(gate.probe_at(now), first + 30s);
  now = first + 30s;
  ASSERT_TRUE(gate.begin_probe(now));
  EXPECT_FALSE(gate.begin_probe(now));
  EXPECT_TRUE(gate.admits(now, 0));  // it holds up nothing
  gate.probe_ended(Probe::answers, kWell, now);
  EXPECT_EQ(gate.state().answered_at, now);
  EXPECT_GE(gate.probe_at(now), now + 54s);
}

TEST_F(Gate, IsAskedSoonAfterAFaultAndFailsAfterFive) {
  record(kWell);
  record(kFault);
  for (int i = 0; i < 4; ++i) {
    EXPECT_FALSE(gate.state().failing_since);
    const TimePoint soon = gate.probe_at(now);
    EXPECT_GT(soon, now);
    EXPECT_LT(soon, now + 3s);
    now = soon;
    ASSERT_TRUE(gate.begin_probe(now));
    gate.probe_ended(Probe::answers, kFault, now);
  }
  EXPECT_EQ(gate.state().failing_since, now);
  EXPECT_EQ(gate.state().answered_at, kStart);
  EXPECT_FALSE(gate.admits(now, 0));
}

TEST_F(Gate, IsAskedAtTheStartWhateverAnEarlierProcessHasHeard) {
  gate.restore({.failing_since = {},
                .reason = {},
                .probe_at = {},
                .paused_until = {},
                .answered_at = now - 1s},
               now);
  EXPECT_LT(gate.probe_at(now), now + 3s);
  EXPECT_EQ(gate.state().answered_at, now - 1s);
}

TEST_F(Gate, IsNotAskedWhetherItWorksWhileItAsksToBeLeftAlone) {
  record(kWell);
  record(asks_to_wait(DestinationSign::Kind::none, 10min));
  EXPECT_EQ(gate.probe_at(now), now + 10min);
  EXPECT_FALSE(gate.begin_probe(now + 9min));
}

TEST_F(Gate, IsAskedAgainInItsTimeWhenAnAnswerSaysNothing) {
  record(kWell);
  now = gate.probe_at(now);
  ASSERT_TRUE(gate.begin_probe(now));
  gate.probe_ended(Probe::answers, kNothing, now);
  EXPECT_EQ(gate.state().answered_at, kStart);
  EXPECT_GE(gate.probe_at(now), now + 54s);
  EXPECT_LE(gate.probe_at(now), now + 66s);
}

TEST_F(Gate, StopsAtOnceWhenAProbeShowsThatItCannotStore) {
  record(kWell);
  now = gate.probe_at(now);
  ASSERT_TRUE(gate.begin_probe(now));
  gate.probe_ended(Probe::answers, kCannotStore, now);
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_EQ(gate.probe_kind(), Probe::stores);
}

TEST_F(Gate, IsAskedAtOnceWhenTheClockWasSetBack) {
  record(kWell);
  now -= 1h;
  EXPECT_EQ(gate.probe_at(now), now);
}

TEST_F(Gate, PausesNoLongerThanItWasAskedToWhenTheClockIsSetBack) {
  record(asks_to_wait(DestinationSign::Kind::well, 49s));
  now -= 3min;
  EXPECT_FALSE(gate.admits(now, 0));
  EXPECT_EQ(gate.opens_at(now, 0), now + 49s);
}

TEST_F(Gate, DoesNotBeginAPauseAgainBecauseTheClockWasSetBack) {
  record(asks_to_wait(DestinationSign::Kind::none, 10min));
  EXPECT_TRUE(gate.admits(now - 1h, 0));
  EXPECT_TRUE(gate.admits(now + 5min, 0));
  record(asks_to_wait(DestinationSign::Kind::none, 10min));
  EXPECT_TRUE(gate.admits(now + 11min, 0));
  EXPECT_TRUE(gate.admits(now + 5min, 0));
}

TEST_F(Gate, SavesAnAnswerOnlyWhenItIsNews) {
  record(kWell);
  gate.saved();
  now += 4s;
  record(kWell);
  EXPECT_FALSE(gate.changed());
  now += 1s;
  record(kWell);
  EXPECT_TRUE(gate.changed());
}

TEST_F(Gate, IsProbedAtOnceForAPersonButNotTwiceWithinFiveSeconds) {
  fail();
  for (int i = 0; i < 5; ++i) {
    probe(kFault);  // the waits have become long
  }
  const TimePoint asked = now + 20s;
  now = asked;
  ASSERT_GT(gate.probe_at(now), now + 10s);
  gate.hasten_probe(asked, now);
  EXPECT_EQ(gate.state().probe_at, now);
  ASSERT_TRUE(gate.begin_probe(now));
  gate.probe_ended(Probe::answers, kFault, now);
  gate.hasten_probe(asked, now);  // that one was for this wish
  EXPECT_GT(gate.probe_at(now), now + 10s);
  now += 1s;
  gate.hasten_probe(now, now);
  EXPECT_EQ(gate.probe_at(now), now + 4s);
}

TEST_F(Gate, IsNotProbedForAPersonWhileItAsksToBeLeftAlone) {
  fail();
  record(asks_to_wait(DestinationSign::Kind::fault, 10min));
  gate.hasten_probe(now + 10s, now + 10s);
  EXPECT_EQ(gate.probe_at(now + 10s), now + 10min);
}

TEST_F(Gate, CountsNoTimeoutOfAHostThatAnswersOthersSlowly) {
  const DestinationSign timeout{DestinationSign::Kind::fault, "timeout", {}, /*timed_out=*/true};
  const DestinationGate::Timing slow{.begun_at = {}, .ended_at = SteadyTime(5s), .in_flight = 4};
  EXPECT_TRUE(record(timeout, slow));
  EXPECT_TRUE(record(kWell, slow));
  for (int i = 0; i < 20; ++i) {
    EXPECT_FALSE(record(timeout, slow));
  }
  EXPECT_TRUE(gate.admits(now, 0));
  EXPECT_EQ(gate.state().concurrency, 2);
}

}  // namespace
}  // namespace tender::outbox
