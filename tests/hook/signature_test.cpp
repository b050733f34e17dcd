#include "tender/hook/signature.hpp"

#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tender::hook {
namespace {

constexpr std::string_view kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr std::string_view kBody = R"({"test": 2432232314})";
// Half a second and more is not rounded up.
constexpr TimePoint kNow{Milliseconds(1'614'265'330'999)};

SigningKey key_of(std::string_view text) {
  return SigningKey::parse(Secret(text));
}

const SigningKey& shared() {
  static const SigningKey key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
  return key;
}

const SigningKey& pair() {
  static const SigningKey key = key_of(
      "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg"
      "==");
  return key;
}

std::vector<std::string> lines(const std::vector<SigningKey>& keys, std::string_view id = kId) {
  std::vector<std::string> lines;
  for (const http::Header& header : signature_headers(id, kNow, kBody, keys)) {
    lines.push_back(header.name + ": " + header.value);
  }
  return lines;
}

// v1 as the reference library for Go has it (TestWebhookSign); v1a is the signature that the
// specification shows as its example of the header.
TEST(SignatureHeaders, SignTheKnownMessage) {
  EXPECT_THAT(lines({shared()}),
              testing::ElementsAre(
                  "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-timestamp: 1614265330",
                  "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
  EXPECT_EQ(lines({pair()})[2],
            "webhook-signature: v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7"
            "AZdpXwVLPo3mNl8EM+m7TBAg==");
}

TEST(SignatureHeaders, HaveASignatureOfEachKeyInTheirOrder) {
  const SigningKey other = key_of("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
  const std::string message = std::string(kId) + ".1614265330." + std::string(kBody);
  EXPECT_EQ(lines({other, shared(), pair()})[2], "webhook-signature: " + other.sign(message) + " " +
                                                     shared().sign(message) + " " +
                                                     pair().sign(message));
}

TEST(SignatureHeaders, RefuseAnIdThatCouldPassForAnotherMessage) {
  for (const std::string_view id : {"", "a.b", "a b", "a\r\nb", "\xc3\xa4"}) {
    EXPECT_THROW((void)lines({shared()}, id), std::invalid_argument) << id;
  }
}

TEST(SignatureHeaders, NeedAKey) {
  EXPECT_THROW((void)lines({}), std::invalid_argument);
}

}  // namespace
}  // namespace tender::hook
