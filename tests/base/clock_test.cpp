#include "tender/base/clock.hpp"

#include <gtest/gtest.h>

#include "base/wait_step.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;

TEST(WaitStep, IsWhatIsLeft) {
  EXPECT_EQ(wait_step(5s, 5s), 5s);
}

TEST(WaitStep, LooksAtTheWallClockAgainAfterAMinute) {
  EXPECT_EQ(wait_step(1h, 1h), 1min);
  EXPECT_EQ(wait_step(Milliseconds::max(), Milliseconds::max()), 1min);
}

TEST(WaitStep, IsOverWhenTheWallClockWasSetForward) {
  EXPECT_EQ(wait_step(-1h, 30s), 0s);
}

TEST(WaitStep, GetsNoLongerWhenTheWallClockIsSetBack) {
  EXPECT_EQ(wait_step(1h + 20s, 20s), 20s);
  EXPECT_EQ(wait_step(1h, 0s), 0s);
  EXPECT_EQ(wait_step(1h, -1ms), 0s);
}

}  // namespace
}  // namespace tender
