#include "tender/nostr/base64.hpp"

#include <utility>

#include <gtest/gtest.h>

namespace tender::nostr {
namespace {

// RFC 4648, section 10.
const std::pair<const char*, const char*> kVectors[] = {{"", ""},
                                                        {"f", "Zg=="},
                                                        {"fo", "Zm8="},
                                                        {"foo", "Zm9v"},
                                                        {"foob", "Zm9vYg=="},
                                                        {"fooba", "Zm9vYmE="},
                                                        {"foobar", "Zm9vYmFy"}};

TEST(Base64, AgreesWithRfc4648) {
  for (const auto& [bytes, text] : kVectors) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
  }
}

TEST(Base64, ReadsBackEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i);
    EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
  }
}

TEST(Base64, KeepsTrailingZeroBytes) {
  const std::string zeros(2, '\0');
  EXPECT_EQ(to_base64(zeros), "AAA=");
  EXPECT_EQ(from_base64("AAA="), zeros);
  EXPECT_EQ(from_base64("AAAA"), std::string(3, '\0'));
}

TEST(Base64, RefusesWrongPadding) {
  for (const char* text :
       {"Zg", "Zg=", "Zm8", "Zm9v=", "Zm9v====", "====", "Z===", "=", "Zg==Zg==", "Zm=v", "Z=9v"}) {
    EXPECT_FALSE(from_base64(text).has_value()) << text;
  }
}

TEST(Base64, RefusesStrayBitsInTheLastCharacter) {
  EXPECT_FALSE(from_base64("Zh==").has_value());
  EXPECT_FALSE(from_base64("Zm9=").has_value());
}

TEST(Base64, RefusesWhitespaceAndOtherAlphabets) {
  for (const char* text :
       {" Zm9v", "Zm9v\n", "Zm9v    ", "   \n", "Zm\n9v", "-_-_", "Zm9!", "Zm9\xff"}) {
    EXPECT_FALSE(from_base64(text).has_value()) << text;
  }
  EXPECT_FALSE(from_base64(std::string_view("Zm9\0", 4)).has_value());
}

}  // namespace
}  // namespace tender::nostr
