#include "tender/fetch/opts.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tender::fetch {
namespace {

using testing::ElementsAre;

std::vector<std::size_t> widths(FanoutGrowth growth, std::size_t limit) {
  std::vector<std::size_t> all;
  for (std::size_t round = 0; round < 5; ++round) {
    all.push_back(growth.width(round, limit));
  }
  return all;
}

TEST(FanoutGrowth, StaysAsItIsWhenItIsFixed) {
  EXPECT_THAT(widths(FanoutGrowth::fixed(1), 100), ElementsAre(1, 1, 1, 1, 1));
  EXPECT_THAT(widths(FanoutGrowth::fixed(3), 100), ElementsAre(3, 3, 3, 3, 3));
}

TEST(FanoutGrowth, GrowsByItsFirstWidthWhenItIsLinear) {
  EXPECT_THAT(widths(FanoutGrowth::linear(2), 100), ElementsAre(2, 4, 6, 8, 10));
}

TEST(FanoutGrowth, DoublesWhenItIsDoubling) {
  EXPECT_THAT(widths(FanoutGrowth::doubling(1), 100), ElementsAre(1, 2, 4, 8, 16));
}

TEST(FanoutGrowth, NeverExceedsTheLimit) {
  EXPECT_THAT(widths(FanoutGrowth::fixed(9), 4), ElementsAre(4, 4, 4, 4, 4));
  EXPECT_THAT(widths(FanoutGrowth::linear(2), 5), ElementsAre(2, 4, 5, 5, 5));
  EXPECT_THAT(widths(FanoutGrowth::doubling(1), 3), ElementsAre(1, 2, 3, 3, 3));
  EXPECT_EQ(FanoutGrowth::doubling(1).width(1'000'000, 4), 4U);
}

TEST(FanoutGrowth, AsksAtLeastOneAddress) {
  EXPECT_THAT(widths(FanoutGrowth::fixed(0), 4), ElementsAre(1, 1, 1, 1, 1));
}

}  // namespace
}  // namespace tender::fetch
