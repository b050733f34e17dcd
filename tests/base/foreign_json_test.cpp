#include "tender/base/foreign_json.hpp"

#include <string>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace tender {
namespace {

constexpr std::size_t kLimit = 1024 * 1024;

std::string nested(std::size_t depth) {
  return std::string(depth, '[') + std::string(depth, ']');
}

TEST(ForeignJson, ParsesADocument) {
  const auto document = parse_foreign_json(R"({"members":["a","b"]})", kLimit);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->at("members").size(), 2U);
}

TEST(ForeignJson, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "{} {}", "nul", "{'a':1}", "[1,]", "\"\xff\"", "\"\n\""}) {
    EXPECT_FALSE(parse_foreign_json(text, kLimit).has_value()) << text;
  }
}

TEST(ForeignJson, AcceptsTheDeepestNestingAndRefusesTheNext) {
  EXPECT_TRUE(parse_foreign_json(nested(kForeignJsonDepth), kLimit).has_value());
  EXPECT_FALSE(parse_foreign_json(nested(kForeignJsonDepth + 1), kLimit).has_value());
}

TEST(ForeignJson, CountsObjectsAndArraysTogether) {
  std::string text;
  for (int i = 0; i < 20; ++i) {
    text += R"({"a":[)";
  }
  EXPECT_FALSE(parse_foreign_json(text, kLimit).has_value());
}

TEST(ForeignJson, DoesNotCountBracketsInsideStrings) {
  const std::string text = R"(["\"\\)" + std::string(100, '[') + R"("])";
  const auto document = parse_foreign_json(text, kLimit);
  ASSERT_TRUE(document.has_value());
  EXPECT_EQ(document->at(0).get<std::string>(), "\"\\" + std::string(100, '['));
}

TEST(ForeignJson, AnEscapedQuoteDoesNotHideNesting) {
  const std::string text = R"(["\"",)" + nested(kForeignJsonDepth) + "]";
  EXPECT_FALSE(parse_foreign_json(text, kLimit).has_value());
}

TEST(ForeignJson, SurvivesAMillionOpenBrackets) {
  EXPECT_FALSE(parse_foreign_json(std::string(1'000'000, '['), kLimit).has_value());
}

TEST(ForeignJson, RefusesADocumentOverTheLimit) {
  EXPECT_TRUE(parse_foreign_json("[1]", 3).has_value());
  EXPECT_FALSE(parse_foreign_json("[1]", 2).has_value());
}

}  // namespace
}  // namespace tender
