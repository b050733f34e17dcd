#include "tender/base/json.hpp"

#include <string>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tender {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(ParseJson, ReadsADocument) {
  const auto value = parse_json(R"({"a": [1, null]})");
  ASSERT_TRUE(value);
  EXPECT_EQ((*value)["a"][0], 1);
}

TEST(ParseJson, RefusesWhatIsNotOneDocument) {
  EXPECT_FALSE(parse_json(""));
  EXPECT_FALSE(parse_json("{"));
  EXPECT_FALSE(parse_json("{} {}"));
  EXPECT_FALSE(parse_json("\"\xff\""));
}

TEST(ParseJson, TakesNestingUpToTheCapAndNotBeyond) {
  EXPECT_TRUE(parse_json(nested(kMaxJsonDepth)));
  EXPECT_FALSE(parse_json(nested(kMaxJsonDepth + 1)));
}

TEST(ParseJson, SurvivesABombOfBrackets) {
  EXPECT_FALSE(parse_json(nested(200'000)));
  EXPECT_FALSE(parse_json(std::string(400'000, '[')));
}

TEST(ParseJson, RefusesMoreThanTheCapOfBytes) {
  EXPECT_TRUE(parse_json("[1,2]", 5));
  EXPECT_FALSE(parse_json("[1,2]", 4));
}

TEST(JsonMember, GivesTheZeroValueForWhatIsAbsentOrOfAnotherType) {
  const auto object = parse_json(R"({"flag": true, "number": 7, "text": "x"})").value();
  EXPECT_TRUE(json_flag(object, "flag"));
  EXPECT_EQ(json_integer(object, "number"), 7);
  EXPECT_EQ(json_text(object, "text"), "x");
  EXPECT_FALSE(json_flag(object, "text"));
  EXPECT_EQ(json_integer(object, "flag"), 0);
  EXPECT_EQ(json_text(object, "absent"), "");
  EXPECT_EQ(json_text(nlohmann::json("no object"), "text"), "");
}

}  // namespace
}  // namespace tender
