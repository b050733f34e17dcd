#include "tender/base/random.hpp"

#include <regex>

#include <gtest/gtest.h>

#include "support/seeded_random.hpp"

namespace tender {

TEST(Random, MakesVersion4Uuids) {
  test::SeededRandom random(1);
  const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  for (int i = 0; i < 100; ++i) {
    const std::string id = random.uuid();
    EXPECT_TRUE(std::regex_match(id, form)) << id;
  }
}

TEST(Random, KeepsUnitsInTheHalfOpenInterval) {
  test::SeededRandom random(2);
  double sum = 0;
  for (int i = 0; i < 1000; ++i) {
    const double unit = random.unit();
    ASSERT_GE(unit, 0.0);
    ASSERT_LT(unit, 1.0);
    sum += unit;
  }
  EXPECT_NEAR(sum / 1000, 0.5, 0.05);
}

TEST(SystemRandom, NeverRepeatsAnId) {
  SystemRandom random;
  EXPECT_NE(random.uuid(), random.uuid());
}

}  // namespace tender
