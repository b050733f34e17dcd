#include <gtest/gtest.h>

#include "simulation/life.hpp"

namespace tender::simulation {
namespace {

TEST(Simulation, GoesTheSameWayEachTimeForOneSeed) {
  for (const std::uint64_t seed : {3U, 24U, 31U}) {
    const Trace once = live(seed);
    const Trace again = live(seed);
    EXPECT_EQ(once.hash(), again.hash()) << "seed " << seed;
    EXPECT_FALSE(once.violation()) << *once.violation();
  }
}

TEST(Simulation, GoesAnotherWayForAnotherSeed) {
  EXPECT_NE(live(3).hash(), live(4).hash());
}

}  // namespace
}  // namespace tender::simulation
