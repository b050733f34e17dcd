#include "tender/nostr/hex.hpp"

#include <array>

#include <gtest/gtest.h>

namespace tender::nostr {
namespace {

TEST(Hex, WritesLowercase) {
  const std::vector<std::uint8_t> bytes = {0x00, 0x09, 0xaf, 0xff};
  EXPECT_EQ(to_hex(bytes), "0009afff");
  EXPECT_EQ(to_hex({}), "");
}

TEST(Hex, ReadsBackEveryByte) {
  std::vector<std::uint8_t> bytes;
  for (int i = 0; i < 256; ++i) {
    bytes.push_back(static_cast<std::uint8_t>(i));
  }
  EXPECT_EQ(from_hex(to_hex(bytes)), bytes);
}

TEST(Hex, RefusesUppercaseBecauseNip01IsLowercase) {
  EXPECT_FALSE(from_hex("AF").has_value());
}

TEST(Hex, RefusesOddLengthAndForeignCharacters) {
  for (const char* text : {"a", "abc", "0x", "g0", "0g", " 0", "`0", ":0", "/0", "\xff\xff"}) {
    EXPECT_FALSE(from_hex(text).has_value()) << text;
  }
}

TEST(Hex, FillsOnlyABufferOfTheExactSize) {
  std::array<std::uint8_t, 2> two{};
  EXPECT_TRUE(from_hex("beef", two));
  EXPECT_EQ(two, (std::array<std::uint8_t, 2>{0xbe, 0xef}));
  EXPECT_FALSE(from_hex("be", two));
  EXPECT_FALSE(from_hex("beef00", two));
}

}  // namespace
}  // namespace tender::nostr
