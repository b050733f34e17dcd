// What the outbox's own policy is made of is tested there (tests/outbox/retry_policy_test.cpp).
#include "tender/base/backoff.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using Waits = std::vector<Milliseconds>;

// After the 1st failure, the 2nd, …, without jitter.
Waits waits_of(Backoff backoff, int count) {
  backoff.jitter_percent = 0;
  test::SeededRandom random(1);
  Waits waits;
  for (int failures = 1; failures <= count; ++failures) {
    waits.push_back(backoff.delay(failures, random));
  }
  return waits;
}

TEST(Backoff, GrowsByItsFactor) {
  const Backoff half_again{.base = 1s, .factor = 1.5, .cap = 4s};
  EXPECT_EQ(waits_of(half_again, 5), (Waits{1s, 1500ms, 2250ms, 3375ms, 4s}));
  const Backoff odd{.base = 1ms, .factor = 1.1, .cap = 1h};
  EXPECT_EQ(waits_of(odd, 6), (Waits{1ms, 1ms, 1ms, 1ms, 1ms, 2ms}));
}

TEST(Backoff, GrowsByItsBaseIfItIsLinear) {
  const Backoff linear{.growth = Growth::linear, .base = 10s, .factor = 5, .cap = 35s};
  EXPECT_EQ(waits_of(linear, 5), (Waits{10s, 20s, 30s, 35s, 35s}));
}

TEST(Backoff, StaysIfItIsConstant) {
  const Backoff constant{.growth = Growth::constant, .base = 10s, .factor = 5, .cap = 35s};
  EXPECT_EQ(waits_of(constant, 3), (Waits{10s, 10s, 10s}));
}

TEST(Backoff, NeverExceedsTheCapEvenIfTheBaseDoes) {
  for (const Growth growth : {Growth::exponential, Growth::linear, Growth::constant}) {
    EXPECT_EQ(waits_of({.growth = growth, .base = 10s, .cap = 5s}, 2), (Waits{5s, 5s}));
  }
}

TEST(Backoff, DoesNotOverflow) {
  for (const Growth growth : {Growth::exponential, Growth::linear}) {
    test::SeededRandom random(1);
    const Backoff backoff{.growth = growth, .base = 24h, .cap = 365 * 24h, .jitter_percent = 0};
    EXPECT_EQ(backoff.delay(2'000'000'000, random), 365 * 24h);
  }
}

TEST(Backoff, SpreadsByItsJitter) {
  test::SeededRandom random(42);
  const Backoff backoff{.base = 100s, .cap = 100s, .jitter_percent = 50};
  Milliseconds least = 1h;
  Milliseconds most = 0s;
  for (int i = 0; i < 1000; ++i) {
    const Milliseconds delay = backoff.delay(1, random);
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_GE(least, 50s);
  EXPECT_LT(least, 52s);
  EXPECT_GT(most, 148s);
  EXPECT_LE(most, backoff.longest());
  EXPECT_EQ(backoff.longest(), 150s);
}

TEST(Backoff, WaitsAsLongAsItIsAskedToWithinTheJitter) {
  test::SeededRandom random(1);
  const Backoff backoff{.base = 100s, .cap = 1h};
  EXPECT_EQ(backoff.delay(1, random, 1h), 110s);
  EXPECT_EQ(backoff.delay(1, random, 109s + 999ms), 109s + 999ms);
}

TEST(Growth, IsReadAsItIsWritten) {
  for (const Growth growth : {Growth::exponential, Growth::linear, Growth::constant}) {
    EXPECT_EQ(parse_growth(to_string(growth)), growth);
  }
  EXPECT_FALSE(parse_growth("Linear"));
  EXPECT_FALSE(parse_growth(""));
}

}  // namespace
}  // namespace tender
