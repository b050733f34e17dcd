#include "tender/outbox/concurrency_limit.hpp"

#include <gtest/gtest.h>

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

struct Limit : testing::Test {
  // A round: as many as are allowed, begun together and answered after `latency`.
  void round(Milliseconds latency) {
    const int allowed = limit.allowed();
    const SteadyTime begun_at = now;
    now += latency;
    for (int i = 0; i < allowed; ++i) {
      limit.answered(begun_at, now, allowed);
    }
  }

  SteadyTime now{std::chrono::hours(1)};
  ConcurrencyLimit limit{16, 1, 1s};
};

TEST_F(Limit, DoublesWithEachRoundUntilTheMost) {
  for (const int expected : {1, 2, 4, 8, 16, 16}) {
    EXPECT_EQ(limit.allowed(), expected);
    round(20ms);
  }
}

TEST_F(Limit, IsHalvedOnceForARoundOfSlowAnswers) {
  for (int i = 0; i < 4; ++i) {
    round(20ms);
  }
  ASSERT_EQ(limit.allowed(), 16);
  round(2s);
  EXPECT_EQ(limit.allowed(), 8);
  round(2s);
  EXPECT_EQ(limit.allowed(), 4);
}

TEST_F(Limit, GrowsByOneARoundOnceTheHostWasSlow) {
  for (int i = 0; i < 4; ++i) {
    round(20ms);
  }
  round(2s);
  ASSERT_EQ(limit.allowed(), 8);
  round(20ms);
  EXPECT_LE(limit.allowed(), 9);
  for (int i = 0; i < 3; ++i) {
    round(20ms);
  }
  EXPECT_GE(limit.allowed(), 10);
  EXPECT_LE(limit.allowed(), 12);
}

TEST_F(Limit, IsNeverBelowOne) {
  for (int i = 0; i < 10; ++i) {
    limit.timed_out(now, now + 5s);
    now += 5s;
  }
  EXPECT_EQ(limit.allowed(), 1);
}

TEST_F(Limit, DoesNotGrowWhileItIsNotUsed) {
  for (int i = 0; i < 3; ++i) {
    round(20ms);
  }
  ASSERT_EQ(limit.allowed(), 8);
  for (int i = 0; i < 100; ++i) {
    limit.answered(now, now + 20ms, /*in_flight=*/1);
  }
  EXPECT_EQ(limit.allowed(), 8);
}

TEST_F(Limit, CallsAHostOverloadedThatAnsweredSlowlyJustNow) {
  EXPECT_FALSE(limit.overloaded(now));
  limit.timed_out(now, now + 5s);  // no answer at all is no sign of life
  EXPECT_FALSE(limit.overloaded(now + 5s));
  limit.answered(now, now + 3s, 1);
  EXPECT_TRUE(limit.overloaded(now + 3s));
  EXPECT_TRUE(limit.overloaded(now + 11s));
  EXPECT_FALSE(limit.overloaded(now + 12s));
}

TEST_F(Limit, StartsOverAfterAnOutage) {
  round(20ms);
  round(2s);
  limit.restart();
  EXPECT_EQ(limit.allowed(), 1);
  round(20ms);
  round(20ms);
  EXPECT_EQ(limit.allowed(), 4);
}

}  // namespace
}  // namespace tender::outbox
