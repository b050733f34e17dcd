#include "tender/infra/reload_progress.hpp"

#include <gtest/gtest.h>

namespace tender::infra {
namespace {

using namespace std::chrono_literals;

struct Reloads : testing::Test {
  const TimePoint start{24h * 365 * 56};
  ReloadProgress progress{start};
};

TEST_F(Reloads, MayComeWhileOthersDo) {
  progress.came(10, start + 5min);
  EXPECT_TRUE(progress.may_come(11, start + 5min));
  EXPECT_TRUE(progress.may_come(11, start + 7min - 1ms));
  EXPECT_FALSE(progress.may_come(11, start + 7min));
}

TEST_F(Reloads, DoNotComeAnyMoreOnceTheyWereOvertaken) {
  progress.came(10, start);
  EXPECT_FALSE(progress.may_come(9, start));
  EXPECT_FALSE(progress.may_come(10, start));
  progress.came(3, start);  // a later one of those before
  EXPECT_FALSE(progress.may_come(9, start));
}

TEST_F(Reloads, MayHaveComeBeforeThisProcessCouldSeeIt) {
  EXPECT_TRUE(progress.may_come(1, start + 1min));
  EXPECT_FALSE(progress.may_come(1, start + 2min));
}

TEST_F(Reloads, AreNotExpectedForEverWhenTheClockIsSetBack) {
  progress.came(10, start);
  EXPECT_FALSE(progress.may_come(11, start - 1h));
}

}  // namespace
}  // namespace tender::infra
