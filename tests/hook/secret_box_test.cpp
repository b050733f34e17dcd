#include "tender/hook/secret_box.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/base/error.hpp"
#include "tender/nostr/base64.hpp"

#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"

namespace tender::hook {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kHexKey = "000102030405060708090a0b0c0d0e0f101112131415161718191A1B1C1D1E1F";
const std::string kOtherHexKey(64, 'a');
const Secret kSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

// What is wrong, and what to do.
std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "no error";
}

struct Box : testing::Test {
  [[nodiscard]] std::string error_of_opening(const std::string& text,
                                             std::string_view owner = "7") const {
    return error_of([&] { (void)box.open(text, owner); });
  }

  test::SeededRandom random{1};
  SecretBox box{Secret(kHexKey)};
  std::string sealed = box.seal(kSecret, "7", random);
};

TEST_F(Box, GivesBackWhatItSealed) {
  EXPECT_EQ(box.open(sealed, "7").reveal(), kSecret.reveal());
  for (const std::string& text : {std::string(), std::string("a\0b", 3), std::string(5000, 'x')}) {
    EXPECT_EQ(box.open(box.seal(Secret(text), "7", random), "7").reveal(), text);
  }
}

TEST_F(Box, ShowsNothingOfTheSecret) {
  EXPECT_THAT(sealed, testing::MatchesRegex("v1\\.[0-9a-f]+\\.[A-Za-z0-9+/=]+"));
  EXPECT_THAT(*nostr::from_base64(sealed.substr(12)), Not(HasSubstr("whsec_")));
  EXPECT_NE(box.seal(kSecret, "7", random), sealed);
}

TEST_F(Box, TakesItsKeyAsHexAndAsBase64) {
  const SecretBox same(Secret("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="));
  EXPECT_EQ(same.key_id(), box.key_id());
  EXPECT_EQ(same.open(sealed, "7").reveal(), kSecret.reveal());
}

TEST_F(Box, NamesTheKeyThatIsWrong) {
  const SecretBox other{Secret(kOtherHexKey)};
  EXPECT_NE(other.key_id(), box.key_id());
  EXPECT_EQ(error_of([&] { (void)other.open(sealed, "7"); }),
            "the stored secret of the trigger 7 was encrypted with the key " + box.key_id() +
                ", and TRIGGER_KEY_FILE has " + other.key_id() +
                " | name the file with the other key, or give the trigger its secret again");
}

TEST_F(Box, OpensForItsOwnerAlone) {
  EXPECT_EQ(error_of_opening(sealed, "8"),
            "the stored secret of the trigger 8 was altered, or is that of another trigger | "
            "give the trigger its secret again");
}

TEST_F(Box, NoticesEveryByteThatWasAltered) {
  const std::string head = sealed.substr(0, 12);
  const std::string bytes = *nostr::from_base64(sealed.substr(12));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string altered = bytes;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    ASSERT_THAT(error_of_opening(head + nostr::to_base64(altered)), HasSubstr("was altered")) << i;
  }
  EXPECT_THAT(error_of_opening(head + nostr::to_base64(bytes.substr(0, bytes.size() - 1))),
              HasSubstr("was altered"));
}

TEST_F(Box, SaysThatATextIsNoneOfItsOwn) {
  for (const std::string& text :
       {std::string(), std::string("whsec_x"), std::string("v1"), std::string("v1."),
        std::string("v1.."), "v2" + sealed.substr(2), sealed + "=",
        sealed.substr(0, 12) + nostr::to_base64(std::string(27, 'x'))}) {
    EXPECT_THAT(error_of_opening(text), HasSubstr("not in a form")) << text;
  }
}

TEST(TriggerKey, Has32Bytes) {
  for (const std::string& text :
       {std::string(), std::string("open sesame"), kHexKey.substr(2), kHexKey + "00",
        std::string(64, 'x'), nostr::to_base64(std::string(31, 'k')),
        nostr::to_base64(std::string(33, 'k'))}) {
    const std::string error = error_of([&] { (void)SecretBox(Secret(text)); });
    EXPECT_THAT(error, HasSubstr("is not 32 bytes as hex or base64")) << text;
    EXPECT_THAT(error, HasSubstr("openssl rand -hex 32"));
    EXPECT_THAT(error, Not(HasSubstr("sesame")));
  }
}

TEST(TriggerKey, IsNamedInItsErrorAndMayBeMissing) {
  EXPECT_FALSE(SecretBox::of_setting(Secret()).has_value());
  EXPECT_EQ(SecretBox::of_setting(Secret(kHexKey)).value().key_id(),
            SecretBox(Secret(kHexKey)).key_id());
  EXPECT_THAT(error_of([&] { (void)SecretBox::of_setting(Secret("open sesame")); }),
              HasSubstr("TRIGGER_KEY: "));
}

}  // namespace
}  // namespace tender::hook
