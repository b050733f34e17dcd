#include "tender/base/nearest.hpp"

#include <array>

#include <gtest/gtest.h>

namespace tender {
namespace {

const std::array<std::string, 3> kNames{"status", "relay", "relay list"};

TEST(Nearest, CountsInsertionsDeletionsAndReplacements) {
  for (const char* slip : {"statsu", "tatus", "sstatus", "status"}) {
    EXPECT_EQ(nearest(slip, kNames, 2), "status") << slip;
  }
  EXPECT_EQ(nearest("relay lst", kNames, 2), "relay list");
}

TEST(Nearest, IsNothingBeyondTheEditsThatAreAllowed) {
  EXPECT_EQ(nearest("statsu", kNames, 1), "");
  EXPECT_EQ(nearest("frobnicate", kNames, 2), "");
  EXPECT_EQ(nearest("x", {}, 2), "");
}

}  // namespace
}  // namespace tender
