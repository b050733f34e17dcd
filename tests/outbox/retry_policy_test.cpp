#include "tender/outbox/retry_policy.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace tender::outbox {
namespace {

using namespace std::chrono_literals;

// Gives one number again and again: a dice that lies on a side.
class Loaded final : public Random {
 public:
  explicit Loaded(std::uint8_t first, std::uint8_t rest) : first_(first), rest_(rest) {}
  void fill(std::span<std::uint8_t> out) override {
    std::ranges::fill(out, rest_);
    out.front() = first_;
  }

 private:
  std::uint8_t first_;
  std::uint8_t rest_;
};

struct Delays : testing::Test {
  // After the 1st failure, the 2nd, …
  [[nodiscard]] std::vector<Milliseconds> first(int count, Random& random) const {
    std::vector<Milliseconds> delays;
    for (int failures = 1; failures <= count; ++failures) {
      delays.push_back(policy.delay(failures, random));
    }
    return delays;
  }

  RetryPolicy policy{6, 30s, 15min};
  Loaded lowest{0x00, 0x00};
  Loaded middle{0x80, 0x00};
  Loaded highest{0xff, 0xff};
};

using List = std::vector<Milliseconds>;

TEST_F(Delays, DoubleFromThirtySecondsUpToFifteenMinutes) {
  EXPECT_EQ(first(8, middle), (List{30s, 60s, 120s, 240s, 480s, 900s, 900s, 900s}));
}

TEST_F(Delays, AreATenthShorterAtLeast) {
  EXPECT_EQ(first(7, lowest), (List{27s, 54s, 108s, 216s, 432s, 810s, 810s}));
}

TEST_F(Delays, AreATenthLongerAtMost) {
  EXPECT_EQ(first(7, highest), (List{33s, 66s, 132s, 264s, 528s, 990s, 990s}));
}

TEST_F(Delays, SpreadBetweenTheExtremes) {
  test::SeededRandom random(42);
  Milliseconds least = 1h;
  Milliseconds most = 0s;
  for (int i = 0; i < 1000; ++i) {
    const Milliseconds delay = policy.delay(1, random);
    least = std::min(least, delay);
    most = std::max(most, delay);
  }
  EXPECT_GE(least, 27s);
  EXPECT_LT(least, 28s);
  EXPECT_GT(most, 32s);
  EXPECT_LE(most, 33s);
}

TEST_F(Delays, AreNeverLongerThanTheLongest) {
  EXPECT_EQ(policy.longest(), 990s);
  EXPECT_LE(policy.delay(100, highest), policy.longest());
}

TEST_F(Delays, DoNotOverflow) {
  EXPECT_EQ(policy.delay(1'000'000, middle), 15min);
  EXPECT_EQ(RetryPolicy(6, 1ms, 365 * 24h).delay(1'000'000, middle), 365 * 24h);
}

TEST_F(Delays, StopAtACapBetweenTwoDoublings) {
  const RetryPolicy odd(6, 30s, 100s);
  EXPECT_EQ(odd.delay(2, middle), 60s);
  EXPECT_EQ(odd.delay(3, middle), 100s);
}

TEST_F(Delays, StayAtTheBaseWhenTheCapIsTheBase) {
  const RetryPolicy flat(6, 30s, 30s);
  EXPECT_EQ(flat.delay(1, middle), 30s);
  EXPECT_EQ(flat.delay(5, middle), 30s);
}

TEST(RetryPolicy, GivesUpAfterTheFirstTryAndSixRetries) {
  const RetryPolicy policy(6, 30s, 15min);
  for (int failures = 1; failures <= 6; ++failures) {
    EXPECT_FALSE(policy.exhausted(failures)) << failures;
  }
  EXPECT_TRUE(policy.exhausted(7));
  EXPECT_TRUE(policy.exhausted(8));
}

TEST(RetryPolicy, NeverRetriesWhenToldSo) {
  EXPECT_TRUE(RetryPolicy(0, 30s, 15min).exhausted(1));
}

}  // namespace
}  // namespace tender::outbox
