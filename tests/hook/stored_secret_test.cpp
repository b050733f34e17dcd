#include "tender/hook/stored_secret.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/hook/invalid_trigger.hpp"

#include "support/seeded_random.hpp"

namespace tender::hook {
namespace {

using testing::HasSubstr;

const config::Environment kEnvironment{
    {"BILLING_SECRET", "whsec_AAAA"}, {"NOTHING", ""}, {"ROBOT_SECRET", "key"}};

std::string error_of_stored(std::string_view stored, const SecretBox* box = nullptr) {
  try {
    (void)reveal_stored(stored, "7", box, kEnvironment);
  } catch (const Error& error) {
    return std::string(error.what()) + " | " + error.remedy();
  }
  return "no error";
}

TEST(StoredSecret, MayBeAVariable) {
  EXPECT_TRUE(is_reference("env:BILLING_SECRET"));
  EXPECT_FALSE(is_reference("whsec_env:"));
  EXPECT_EQ(reveal_stored("env:BILLING_SECRET", "7", nullptr, kEnvironment).reveal(), "whsec_AAAA");
}

TEST(StoredSecret, SaysWhichVariableIsNotSet) {
  EXPECT_EQ(error_of_stored("env:OTHER_SECRET"),
            "OTHER_SECRET, the secret of the trigger 7, is not set in the environment | "
            "set the variable where tender is started, and restart it");
  EXPECT_THAT(error_of_stored("env:NOTHING"), HasSubstr("is not set"));
}

TEST(StoredSecret, IsNoVariableOfTenderItself) {
  for (const char* name : {"env:ROBOT_SECRET", "env:ROBOT_SECRET_FILE", "env:ADMIN_TOKEN"}) {
    EXPECT_THROW(check_reference(name), InvalidTrigger) << name;
    EXPECT_THAT(error_of_stored(name), HasSubstr("is a variable of tender itself")) << name;
  }
}

TEST(StoredSecret, IsNotTakenForTheNameOfAVariable) {
  const std::string pasted = "env:whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  EXPECT_THROW(check_reference(pasted), InvalidTrigger);
  EXPECT_THAT(error_of_stored(pasted), testing::Not(HasSubstr("MfKQ")));
}

TEST(StoredSecret, HasTheNameOfAVariable) {
  EXPECT_NO_THROW(check_reference("env:_a1"));
  for (const char* text : {"", "env", "env:", "env:1A", "env:A B", "env:A=B", "ENV:A", "file:/x"}) {
    EXPECT_THROW(check_reference(text), InvalidTrigger) << text;
  }
}

TEST(StoredSecret, IsElseOpenedWithTheKey) {
  test::SeededRandom random(1);
  const SecretBox box{Secret(std::string(64, 'a'))};
  const std::string sealed = box.seal(Secret("whsec_BBBB"), "7", random);
  EXPECT_EQ(reveal_stored(sealed, "7", &box, kEnvironment).reveal(), "whsec_BBBB");
  EXPECT_THAT(error_of_stored("whsec_BBBB", &box), HasSubstr("not in a form"));
  EXPECT_EQ(error_of_stored(sealed),
            "the secret of the trigger 7 is encrypted, and TRIGGER_KEY_FILE is not set | "
            "name the file with the key that it was encrypted with");
}

}  // namespace
}  // namespace tender::hook
