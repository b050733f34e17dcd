#include "nostr/bech32.hpp"

#include <array>

#include <gtest/gtest.h>

namespace tender::nostr::bech32 {
namespace {

TEST(Bech32, AcceptsTheValidStringsOfBip173) {
  for (
      const char* text :
      {"A12UEL5L", "a12uel5l",
       "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
       "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
       "11qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqc8247j",
       "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", "?1ezyfcl"}) {
    EXPECT_TRUE(decode(text).has_value()) << text;
  }
}

TEST(Bech32, RefusesTheInvalidStringsOfBip173) {
  for (const char* text : {"\x20"
                           "1nwldj5",
                           "\x7f"
                           "1axkwrx",
                           "\x80"
                           "1eym55h",
                           "an84characterslonghumanreadablepartthatcontainsthenumber1andtheexcluded"
                           "charactersbio1569pvx",
                           "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "de1lg7wt\xff",
                           "A1G7SGD8", "10a06t8", "1qzzfhee"}) {
    EXPECT_FALSE(decode(text).has_value()) << text;
  }
}

TEST(Bech32, RefusesMixedCaseAndTheEmptyString) {
  EXPECT_FALSE(decode("a12UEL5L").has_value());
  EXPECT_FALSE(decode("A12uel5l").has_value());
  EXPECT_FALSE(decode("").has_value());
}

TEST(Bech32, RefusesTheOtherChecksumOfBip350) {
  EXPECT_FALSE(decode("a1lqfn3a").has_value());  // valid bech32m
}

TEST(Bech32, ReadsPrefixAndGroups) {
  const auto decoded = decode("abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw");
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->prefix, "abcdef");
  ASSERT_EQ(decoded->groups.size(), 32U);
  for (std::size_t i = 0; i < 32; ++i) {
    EXPECT_EQ(decoded->groups[i], i);
  }
}

TEST(Bech32, ReadsBackWhatItWritesForEverySize) {
  std::vector<std::uint8_t> bytes;
  for (std::size_t size = 0; size <= 48; ++size) {
    const auto decoded = decode(encode("test", bytes));
    ASSERT_TRUE(decoded.has_value());
    EXPECT_EQ(decoded->prefix, "test");
    std::vector<std::uint8_t> back(size);
    EXPECT_TRUE(to_bytes(decoded->groups, back));
    EXPECT_EQ(back, bytes);
    bytes.push_back(static_cast<std::uint8_t>(size * 37 + 11));
  }
}

TEST(Bech32, RefusesPaddingThatIsNotZero) {
  std::array<std::uint8_t, 1> byte{};
  EXPECT_TRUE(to_bytes(std::array<std::uint8_t, 2>{31, 28}, byte));
  EXPECT_EQ(byte[0], 0xff);
  EXPECT_FALSE(to_bytes(std::array<std::uint8_t, 2>{31, 29}, byte));
}

TEST(Bech32, RefusesAnotherNumberOfBytes) {
  std::array<std::uint8_t, 1> byte{};
  EXPECT_FALSE(to_bytes(std::array<std::uint8_t, 1>{31}, byte));
  EXPECT_FALSE(to_bytes(std::array<std::uint8_t, 3>{31, 28, 0}, byte));
  EXPECT_FALSE(to_bytes(std::array<std::uint8_t, 4>{0, 0, 0, 0}, byte));
}

}  // namespace
}  // namespace tender::nostr::bech32
