// Secrets that are given by file: NAME_FILE, as Docker and others mount them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/config/env.hpp"
#include "tender/config/variable.hpp"

#include "config/sample_environment.hpp"

namespace tender::config {
namespace {

using test::faults_of;
using test::required_only;
using test::SampleFile;
using testing::HasSubstr;

Environment robot_by_file(const std::string& path) {
  Environment environment = required_only();
  environment.erase("ROBOT_SECRET");
  environment["ROBOT_SECRET_FILE"] = path;
  return environment;
}

TEST(SecretFile, GivesTheSecretWithoutItsLastLineBreak) {
  for (const char* end : {"", "\n", "\r\n"}) {
    const SampleFile file(test::kRobotKey + end);
    EXPECT_EQ(load_env(robot_by_file(file.path())).robot_key.reveal_hex(), test::kRobotKey);
  }
}

TEST(SecretFile, WorksForEverySecretOfTheTable) {
  Environment environment = test::with_groups();
  std::vector<std::unique_ptr<SampleFile>> files;
  for (const Variable& each : variables()) {
    if (each.secret) {
      const auto plain = environment.find(each.name);
      files.push_back(std::make_unique<SampleFile>(plain->second + "\n"));
      environment.erase(plain);
      environment[file_variable(each)] = files.back()->path();
    }
  }
  const Env env = load_env(environment);
  EXPECT_EQ(env.robot_key.reveal_hex(), test::kRobotKey);
  EXPECT_EQ(test::present(env.blossom_s3).access_key.reveal(), "access");
  EXPECT_EQ(test::present(env.blossom_s3).secret_key.reveal(), "secret");
  EXPECT_EQ(test::present(env.livekit).api_key.reveal(), "key");
  EXPECT_EQ(test::present(env.livekit).api_secret.reveal(), "hidden");
  EXPECT_EQ(env.admin.token.reveal(), "open-sesame-to-admins");
}

TEST(SecretFile, BesideTheSecretItselfIsAFault) {
  const SampleFile file(test::kRobotKey);
  Environment environment = required_only();
  environment["ROBOT_SECRET_FILE"] = file.path();
  const auto faults = faults_of(environment);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].variable, "ROBOT_SECRET");
  EXPECT_EQ(faults[0].problem, "ROBOT_SECRET_FILE is also set");
}

TEST(SecretFile, InTheEnvironmentWinsOverTheSecretInDotEnv) {
  const SampleFile secret(test::kRobotKey);
  const SampleFile dotenv("ROBOT_SECRET=abc\n");
  EXPECT_EQ(load_env(robot_by_file(secret.path()), {dotenv.path(), true}).robot_key.reveal_hex(),
            test::kRobotKey);
}

TEST(SecretFile, InDotEnvLosesToTheSecretInTheEnvironment) {
  const SampleFile dotenv("ROBOT_SECRET_FILE=/no/such/file\n");
  EXPECT_EQ(load_env(required_only(), {dotenv.path(), true}).robot_key.reveal_hex(),
            test::kRobotKey);
}

TEST(SecretFile, OfDotEnvIsNamedWithItsLine) {
  const SampleFile dotenv("ROBOT_SECRET_FILE=/no/such/file\n");
  Environment environment = required_only();
  environment.erase("ROBOT_SECRET");
  const auto faults = faults_of(environment, {dotenv.path(), true});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].problem,
            dotenv.path().string() + ":1: /no/such/file cannot be read: No such file or directory");
}

TEST(SecretFile, ThatCannotBeReadIsOneFaultWithTheReason) {
  const auto faults = faults_of(robot_by_file("/no/such/file"));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].variable, "ROBOT_SECRET_FILE");
  EXPECT_EQ(faults[0].problem, "/no/such/file cannot be read: No such file or directory");
}

TEST(SecretFile, ThatIsADirectoryIsAFault) {
  const auto faults = faults_of(robot_by_file("/"));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].problem, "/ cannot be read: Is a directory");
}

TEST(SecretFile, ThatIsEmptyIsAFault) {
  for (const char* text : {"", "\n"}) {
    const SampleFile file(text);
    const auto faults = faults_of(robot_by_file(file.path()));
    ASSERT_EQ(faults.size(), 1U);
    EXPECT_THAT(faults[0].problem, HasSubstr("is empty"));
  }
}

TEST(SecretFile, OfSeveralLinesIsAFault) {
  const SampleFile file(test::kRobotKey + "\n\n");
  const auto faults = faults_of(robot_by_file(file.path()));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].variable, "ROBOT_SECRET");
  EXPECT_EQ(faults[0].problem,
            file.path().string() + ": the value holds a line break or another control character");
}

TEST(SecretFile, ThatNeverEndsIsAFault) {
  const auto faults = faults_of(robot_by_file("/dev/zero"));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].problem, "/dev/zero is too large for a secret");
}

TEST(SecretFile, CountsForItsGroup) {
  const SampleFile file("hidden\n");
  Environment environment = required_only();
  environment["LIVEKIT_API_SECRET_FILE"] = file.path();
  const auto faults = faults_of(environment);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_THAT(faults[0].problem, HasSubstr("but LIVEKIT_API_SECRET is"));
}

}  // namespace
}  // namespace tender::config
