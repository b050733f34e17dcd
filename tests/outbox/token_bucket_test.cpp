#include "tender/outbox/token_bucket.hpp"

#include <gtest/gtest.h>

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kFilled(std::chrono::hours(24 * 365 * 56));

// How many tokens can be had within `duration`, taking each as soon as it is there.
int taken_within(TokenBucket& bucket, TimePoint from, Milliseconds duration) {
  int taken = 0;
  TimePoint now = from;
  while (now <= from + duration && taken < 10'000) {
    const TimePoint next = bucket.next_token_at(now);
    if (next > now) {
      now = next;
    } else {
      bucket.take();
      ++taken;
    }
  }
  return taken;
}

TEST(TokenBucketTest, GivesASecondsWorthAtOnceAndThenItsRate) {
  TokenBucket bucket(5);
  EXPECT_EQ(taken_within(bucket, kFilled, 0s), 5);
  EXPECT_GT(bucket.next_token_at(kFilled), kFilled);
  EXPECT_LE(bucket.next_token_at(kFilled), kFilled + 200ms);
  EXPECT_NEAR(taken_within(bucket, kFilled, 10s), 50, 1);
}

TEST(TokenBucketTest, SavesUpNoMoreThanASecondsWorth) {
  TokenBucket bucket(5);
  EXPECT_EQ(taken_within(bucket, kFilled, 0s), 5);
  EXPECT_EQ(taken_within(bucket, kFilled + 24h, 0s), 5);
}

TEST(TokenBucketTest, WithoutARateNeverMakesAnybodyWait) {
  TokenBucket bucket(0);
  EXPECT_EQ(taken_within(bucket, kFilled, 0s), 10'000);
}

TEST(TokenBucketTest, GoesOnWhenTheClockIsSetBack) {
  TokenBucket bucket(2);
  EXPECT_EQ(taken_within(bucket, kFilled, 0s), 2);
  EXPECT_LE(bucket.next_token_at(kFilled - 24h), kFilled - 24h + 500ms);
}

}  // namespace
}  // namespace tender::outbox
