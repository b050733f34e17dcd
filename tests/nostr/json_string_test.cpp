#include "nostr/json_string.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/seeded_random.hpp"

namespace tender::nostr {
namespace {

std::string as_json(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

bool accepted(std::string_view text) {
  try {
    (void)as_json(text);
    return true;
  } catch (const std::invalid_argument&) {
    return false;
  }
}

// The library's opinion of a string: what JSON.stringify writes, or nothing for invalid UTF-8.
std::optional<std::string> reference(const std::string& text) {
  try {
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::strict);
  } catch (const nlohmann::json::type_error&) {
    return std::nullopt;
  }
}

TEST(JsonString, EscapesWhatNip01Names) {
  EXPECT_EQ(as_json("\n\"\\\r\t\b\f"), R"("\n\"\\\r\t\b\f")");
}

TEST(JsonString, EscapesOtherControlCharactersAsJsonStringifyDoes) {
  EXPECT_EQ(as_json(std::string_view("\0\x01\x0b\x1f", 4)), R"("\u0000\u0001\u000b\u001f")");
}

TEST(JsonString, CopiesEverythingElse) {
  const std::string_view text = "a/b \x7f é 日本 😀 \u2028\u2029 \uffff";
  EXPECT_EQ(as_json(text), '"' + std::string(text) + '"');
}

TEST(JsonString, RefusesWhatIsNotUtf8) {
  for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc3", "\xc3(", "\xe0\x9f\xbf",
                           "\xe2\x82", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
                           "\xf0\x9f\x98", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff"}) {
    EXPECT_FALSE(accepted(text));
    EXPECT_FALSE(accepted(std::string("before ") + text + " after"));
  }
}

TEST(JsonString, AcceptsTheLimitsOfEveryLength) {
  for (const char* text :
       {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80",
        "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(accepted(text));
  }
}

TEST(JsonString, AgreesWithNlohmannOnRandomBytes) {
  test::SeededRandom random(7);
  // Bytes that begin, continue and break multi-byte characters, so that both answers are common.
  const std::string alphabet =
      "a\"\\\n\x01\x80\x8f\x90\x9f\xa0\xbf\xc2\xc3\xe0\xe2\xed\xf0\xf4\xff";
  int valid = 0;
  for (int round = 0; round < 50'000; ++round) {
    std::array<std::uint8_t, 4> draws;
    random.fill(draws);
    std::string text;
    for (const std::uint8_t draw : draws) {
      text += alphabet[draw % alphabet.size()];
    }
    const auto expected = reference(text);
    valid += expected ? 1 : 0;
    ASSERT_EQ(accepted(text), expected.has_value()) << round;
    if (expected) {
      ASSERT_EQ(as_json(text), *expected);
    }
  }
  EXPECT_GT(valid, 500);
}

}  // namespace
}  // namespace tender::nostr
