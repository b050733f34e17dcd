#include "tender/hook/signing_key.hpp"

#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/hook/invalid_trigger.hpp"
#include "tender/nostr/base64.hpp"

#include "support/seeded_random.hpp"

namespace tender::hook {
namespace {

using testing::HasSubstr;
using testing::Not;

// The pair with which the maintainers of the specification test their own server.
constexpr std::string_view kPair =
    "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";
constexpr std::string_view kPrivateHalf = "6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbc=";
constexpr std::string_view kPublicHalf = "1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=";

SigningKey parse_key(std::string_view prefix, std::string_view base64) {
  return SigningKey::parse(Secret(std::string(prefix) + std::string(base64)));
}

std::string shared_of(std::size_t bytes) {
  return nostr::to_base64(std::string(bytes, 'k'));
}

std::string fault_of_key(std::string_view prefix, std::string_view base64) {
  try {
    (void)parse_key(prefix, base64);
  } catch (const InvalidTrigger& error) {
    EXPECT_FALSE(error.remedy().empty());
    return error.what();
  }
  return "no fault";
}

TEST(SigningKey, GivesBackTheTextOfASharedSecret) {
  const SigningKey key = parse_key("whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(key.scheme(), SignatureScheme::hmac_sha256);
  EXPECT_EQ(key.text().reveal(), "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(key.public_text(), "");
}

TEST(SigningKey, TakesAPrivateKeyWithAndWithoutItsPublicKey) {
  for (const std::string_view text : {kPair, kPrivateHalf}) {
    const SigningKey key = parse_key("whsk_", text);
    EXPECT_EQ(key.scheme(), SignatureScheme::ed25519);
    EXPECT_EQ(key.text().reveal(), "whsk_" + std::string(kPair));
    EXPECT_EQ(key.public_text(), "whpk_" + std::string(kPublicHalf));
  }
}

TEST(SigningKey, TakesSharedSecretsOf24To64Bytes) {
  EXPECT_EQ(fault_of_key("whsec_", shared_of(24)), "no fault");
  EXPECT_EQ(fault_of_key("whsec_", shared_of(64)), "no fault");
  EXPECT_EQ(fault_of_key("whsec_", shared_of(23)), "the secret has 23 bytes behind `whsec_`");
  EXPECT_EQ(fault_of_key("whsec_", shared_of(65)), "the secret has 65 bytes behind `whsec_`");
  EXPECT_EQ(fault_of_key("whsec_", ""), "the secret has 0 bytes behind `whsec_`");
}

TEST(SigningKey, SaysWhatIsWrongWithoutQuotingTheSecret) {
  EXPECT_THAT(fault_of_key("", "correct horse"), HasSubstr("begins neither with `whsec_` nor"));
  EXPECT_THAT(fault_of_key("", ""), HasSubstr("begins neither"));
  EXPECT_THAT(fault_of_key("whpk_", kPublicHalf), HasSubstr("is a public key"));
  EXPECT_THAT(fault_of_key("whsec_", "c29ycnk"), HasSubstr("is not standard base64"));
  EXPECT_THAT(fault_of_key("whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS_"), HasSubstr("base64"));
  EXPECT_THAT(fault_of_key("whsk_", shared_of(33)), HasSubstr("has 33 bytes behind `whsk_`"));
  EXPECT_THAT(fault_of_key("", "correct horse"), Not(HasSubstr("correct")));
}

TEST(SigningKey, RefusesAPublicKeyThatBelongsToAnother) {
  std::string pair = *nostr::from_base64(kPair);
  pair.back() = static_cast<char>(pair.back() ^ 1);
  EXPECT_THAT(fault_of_key("whsk_", nostr::to_base64(pair)), HasSubstr("does not belong"));
}

TEST(SigningKey, IsMadeAfreshEachTime) {
  test::SeededRandom random(1);
  for (const auto scheme : {SignatureScheme::hmac_sha256, SignatureScheme::ed25519}) {
    const SigningKey first = SigningKey::generate(scheme, random);
    const SigningKey second = SigningKey::generate(scheme, random);
    EXPECT_EQ(first.scheme(), scheme);
    EXPECT_NE(first.text().reveal(), second.text().reveal());
    EXPECT_EQ(SigningKey::parse(first.text()).sign("m"), first.sign("m"));
    EXPECT_NE(first.sign("m"), second.sign("m"));
  }
}

// As TestWebhookSign of the reference library for Go has it.
TEST(SigningKey, SignsAsTheReferenceLibraryDoes) {
  const SigningKey key = parse_key("whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  EXPECT_EQ(key.sign(R"(msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314})"),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

// RFC 8032, 7.1, test 3.
TEST(SigningKey, SignsAsRfc8032Says) {
  const auto base64_of = [](std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i < hex.size(); i += 2) {
      bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return nostr::to_base64(bytes);
  };
  const SigningKey key = parse_key(
      "whsk_", base64_of("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"));
  EXPECT_EQ(
      key.public_text(),
      "whpk_" + base64_of("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025"));
  EXPECT_EQ(key.sign("\xaf\x82"),
            "v1a," + base64_of("6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                               "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"));
}

}  // namespace
}  // namespace tender::hook
