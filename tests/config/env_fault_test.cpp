#include <algorithm>

#include <fmt/format.h>
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
using test::with;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

struct Case {
  std::string name;
  std::string value;
  std::string problem;
};

void PrintTo(const Case& each, std::ostream* out) {
  *out << each.name << '=' << each.value;
}

class WrongValue : public testing::TestWithParam<Case> {};

TEST_P(WrongValue, IsOneFaultThatNamesTheVariableTheValueAndTheRemedy) {
  const Case& each = GetParam();
  const auto faults = faults_of(with(each.name, each.value));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].variable, each.name);
  EXPECT_THAT(faults[0].problem, HasSubstr(each.problem));
  EXPECT_THAT(faults[0].remedy, Not(IsEmpty()));
  const bool secret = variable(each.name).secret;
  EXPECT_EQ(faults[0].problem.starts_with(secret ? "the value " : "\""), true) << faults[0].problem;
}

INSTANTIATE_TEST_SUITE_P(
    Zooid, WrongValue,
    testing::Values(
        Case{"ZOOID_API_URL", "localhost:3334", "is neither an http nor an https URL"},
        Case{"ZOOID_API_URL", "ws://localhost", "is neither an http nor an https URL"},
        Case{"ZOOID_API_URL", "http://", "\"http://\" has no host"},
        Case{"ZOOID_API_URL", "http://h:99999", "has a port that is not"},
        Case{"ZOOID_API_URL", "http://h/#a", "has a fragment"},
        Case{"ZOOID_API_URL", "http://u@h", "has a user name or a password"},
        Case{"ZOOID_API_URL", "http://h/?a=b", "has a query"},
        Case{"ZOOID_API_URL", "http://h/zooid", "has a path"},
        Case{"ZOOID_API_URL", "http://h ", "starts or ends with a space or tab"},
        Case{"ZOOID_API_URL", "http://h,", "has a comma without an address beside it"},
        Case{"ZOOID_API_URL", "http://h,,http://g", "has a comma without an address"},
        Case{"ZOOID_API_URL", "http://h,g", "is a list whose address 2 is not an absolute URL"},
        Case{"ZOOID_API_URL", "http://h/x, http://g", "is a list whose address 1 has a path"},
        Case{"ZOOID_API_URL", "http://h, http://g, HTTP://H:80/",
             "lists the same address twice, the second time as address 3"},
        Case{"MEMBERS_REQUESTS_MAX", "0", "is out of range"},
        Case{"MEMBERS_REQUESTS_MAX", "1025", "is out of range"},
        Case{"MEMBERS_REQUESTS_MAX", "many", "is not a whole number"},
        Case{"ROBOT_SECRET", "abc", "is not a secret key"},
        Case{"ROBOT_SECRET", std::string(64, '0'), "is not a secret key"},
        Case{"ROBOT_SECRET", test::kRobotKey + " ", "starts or ends with a space or tab"},
        Case{"ROBOT_SECRET", test::kRobotKey + "\n", "holds a line break"},
        Case{"ZOOID_API_TIMEOUT", "5", "is not a duration"},
        Case{"ZOOID_API_TIMEOUT", "-5s", "is not a duration"},
        Case{"ZOOID_API_TIMEOUT", "0s", "is zero"},
        Case{"ZOOID_API_CA_FILE", "/no/such/file", "No such file or directory"},
        Case{"ZOOID_API_CA_FILE", "/", "Is a directory"},
        Case{"ZOOID_API_CA_FILE", "/dev/null", "does not contain a PEM certificate"},
        Case{"ZOOID_CONFIG_DIR", "/dev/null", "is not a directory"}));

INSTANTIATE_TEST_SUITE_P(
    Database, WrongValue,
    testing::Values(Case{"DATABASE_URL", "postgres://db/tender", "is not a SQLite URL"},
                    Case{"DATABASE_URL", "data/tender.db", "is not a SQLite URL"},
                    Case{"DATABASE_URL", "sqlite:data/tender.db", "is not a SQLite URL"},
                    Case{"DATABASE_URL", "sqlite::memory:", "is a database in memory"},
                    Case{"DATABASE_URL", "sqlite://:memory:", "is a database in memory"},
                    Case{"DATABASE_URL", "sqlite://", "does not name a file"},
                    Case{"DATABASE_URL", "sqlite://data/", "does not name a file"},
                    Case{"DATABASE_URL", "sqlite://a.db?mode=rw", "has parameters or escapes"},
                    Case{"DATABASE_URL", "sqlite://a%20b.db", "has parameters or escapes"},
                    Case{"DATABASE_URL", "sqlite://~/a.db", "starts with ~"},
                    Case{"ACTIVITY_RETENTION", "90", "is not a duration"},
                    Case{"ACTIVITY_ARCHIVE", "yes", "is not one of the allowed words"}));

INSTANTIATE_TEST_SUITE_P(
    Admin, WrongValue,
    testing::Values(Case{"ADMIN_BIND", "localhost:8420", "is not an address to listen on"},
                    Case{"ADMIN_BIND", "127.0.0.1", "is not an address to listen on"},
                    Case{"ADMIN_BIND", "127.0.0.1:0", "is not an address to listen on"},
                    Case{"ADMIN_BIND", "127.0.0.1:8420/", "is not an address to listen on"},
                    Case{"ADMIN_BIND", "::1:8420", "is not an address to listen on"},
                    Case{"ADMIN_BIND", "unix:admin.sock", "absolute"},
                    Case{"ADMIN_URL", "tender.example.com", "is not an absolute URL"},
                    Case{"ADMIN_PUBKEYS", "npub1", "has a key, number 1, that"},
                    Case{"ADMIN_PUBKEYS", std::string(64, '7') + "," + std::string(64, 'x'),
                         "has a key, number 2, that"},
                    Case{"ADMIN_PUBKEYS", test::kAdminKey + "," + test::kAdminKey + ":ro", "twice"},
                    Case{"ADMIN_TOKEN", "short", "is shorter than 16 characters"},
                    Case{"ADMIN_TOKEN", "open sesame to admins",
                         "something else than visible ASCII"},
                    Case{"METRICS_AUTH", "yes", "is not one of the allowed words"}));

INSTANTIATE_TEST_SUITE_P(
    SyncAndLog, WrongValue,
    testing::Values(Case{"RELAY_SYNC_RETRY_MAX_ATTEMPTS", "six", "is not a whole number"},
                    Case{"RELAY_SYNC_RETRY_MAX_ATTEMPTS", "6.5", "is not a whole number"},
                    Case{"RELAY_SYNC_RETRY_MAX_ATTEMPTS", "-1", "is out of range"},
                    Case{"RELAY_SYNC_RETRY_MAX_ATTEMPTS", "101", "is out of range"},
                    Case{"RELAY_SYNC_RETRY_MAX_ATTEMPTS", "99999999999", "is out of range"},
                    Case{"RELAY_SYNC_RETRY_BASE", "0ms", "is zero"},
                    Case{"RELAY_SYNC_RETRY_BASE", "16m", "shorter than the first one, 16m"},
                    Case{"RELAY_SYNC_RETRY_CAP", "29s", "retries, 29s, shorter than"},
                    Case{"RELAY_SYNC_RETRY_CAP", "15", "is not a duration"},
                    Case{"RELAY_SYNC_CONCURRENCY", "0", "is out of range"},
                    Case{"RELAY_SYNC_CONCURRENCY", "257", "is out of range"},
                    Case{"RELAY_SYNC_RATE", "0.5", "is not a whole number"},
                    Case{"RELAY_SYNC_RATE", "1001", "is out of range"},
                    Case{"RELAY_SYNC_SETTLE", "0s", "is zero"},
                    Case{"RECONCILE_INTERVAL", "hourly", "is not a duration"},
                    Case{"RELAY_VERIFY", "yes", "is not one of the allowed words"},
                    Case{"RELAY_RECREATE", "automatic", "is not one of the allowed words"},
                    Case{"LOG_LEVEL", "INFO", "is not one of the allowed words"},
                    Case{"LOG_FORMAT", "xml", "is not one of the allowed words"}));

TEST(EnvFaults, TellTheWordsThatAreKnown) {
  const auto faults = faults_of(with("LOG_LEVEL", "loud"));
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].problem, "\"loud\" is not one of the allowed words");
  EXPECT_EQ(faults[0].remedy, "write one of trace, debug, info, warn, error");
}

TEST(EnvFaults, AreToldTogetherInTheOrderOfTheTable) {
  const Environment environment = {{"RELAY_DOMAIN", "https://example.com"},
                                   {"ROBOT_SECRET", "abc"},
                                   {"LOG_LEVEL", "loud"},
                                   {"LIVEKIT_API_KEY", "key"},
                                   {"ZOOID_API_TIMEOUT", "5"}};
  const auto faults = faults_of(environment);
  std::vector<std::string> names;
  for (const EnvFault& fault : faults) {
    names.push_back(fault.variable);
  }
  EXPECT_THAT(names, testing::ElementsAre("ZOOID_API_URL", "RELAY_DOMAIN", "ROBOT_SECRET",
                                          "ZOOID_API_TIMEOUT", "LIVEKIT_URL", "LOG_LEVEL"));
}

TEST(EnvFaults, StandInOneLineEach) {
  Environment environment = with("LOG_LEVEL",
                                 "lo\xc3\xbc"
                                 "d");
  environment["RELAY_DOMAIN"] = "x\x1b[31m\ny";
  try {
    (void)load_env(environment);
    FAIL() << "two values are wrong";
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    EXPECT_EQ(std::ranges::count(text, '\n'), 2) << text;
    EXPECT_THAT(text, HasSubstr("the configuration has 2 errors:\n  "));
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
    EXPECT_FALSE(error.remedy().empty());
  }
}

TEST(EnvFaults, OfWhatIsRequiredSayHowToGetIt) {
  const auto faults = faults_of({});
  ASSERT_EQ(faults.size(), 3U);
  EXPECT_EQ(faults[0].variable, "ZOOID_API_URL");
  EXPECT_EQ(faults[0].problem, "is not set");
  EXPECT_EQ(faults[0].remedy, "set it (for example http://localhost:3334)");
  EXPECT_EQ(faults[2].remedy, "set it or ROBOT_SECRET_FILE (`openssl rand -hex 32` makes one)");
}

TEST(EnvFaults, DoNotCallAWrongValueMissingToo) {
  EXPECT_EQ(faults_of(with("ROBOT_SECRET", "abc")).size(), 1U);
  EXPECT_EQ(faults_of(with("ROBOT_SECRET", test::kRobotKey + "\n")).size(), 1U);
}

TEST(EnvFaults, DoNotCallABrokenLineMissingToo) {
  Environment environment = required_only();
  environment.erase("ROBOT_SECRET");
  for (const char* line : {"ROBOT_SECRET='abc", "ROBOT_SECRET_FILE=\"/run"}) {
    const SampleFile file(line);
    EXPECT_EQ(faults_of(environment, {file.path(), true}).size(), 1U) << line;
  }
}

TEST(EnvFaults, ComeWithTheWarningsThatMayExplainThem) {
  try {
    (void)load_robot_key({{"ROBOT_SECRT", test::kRobotKey}});
    FAIL() << "there is no key";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(),
                testing::EndsWith(
                    "\n  note: ROBOT_SECRT is not a tender variable: did you mean ROBOT_SECRET?"));
  }
}

TEST(EnvFaults, NameWhatIsMissingOfAGroup) {
  Environment environment = test::with_groups();
  environment.erase("BLOSSOM_S3_ACCESS_KEY");
  environment.erase("BLOSSOM_S3_SECRET_KEY");
  environment.erase("LIVEKIT_URL");
  const auto faults = faults_of(environment);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].variable, "BLOSSOM_S3_ACCESS_KEY");
  EXPECT_THAT(faults[0].problem, HasSubstr("is not set, but BLOSSOM_S3_BUCKET is"));
  EXPECT_EQ(faults[0].remedy,
            "set BLOSSOM_S3_ACCESS_KEY, BLOSSOM_S3_SECRET_KEY too, or none of them");
  EXPECT_EQ(faults[1].variable, "LIVEKIT_URL");
}

TEST(EnvFaults, ReportAnyMissingMemberOfAGroup) {
  for (const Variable& each : variables()) {
    if (each.group == Group::blossom_s3 || each.group == Group::livekit) {
      Environment environment = test::with_groups();
      environment.erase(std::string(each.name));
      const auto faults = faults_of(environment);
      ASSERT_EQ(faults.size(), 1U) << each.name;
      EXPECT_EQ(faults[0].variable, each.name);
    }
  }
}

TEST(EnvFaults, ReportWrongUrlsOfGroups) {
  Environment environment = test::with_groups();
  environment["BLOSSOM_S3_ENDPOINT"] = "s3.example.com";
  environment["LIVEKIT_URL"] = "livekit.example.com";
  const auto faults = faults_of(environment);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_EQ(faults[0].variable, "BLOSSOM_S3_ENDPOINT");
  EXPECT_EQ(faults[1].variable, "LIVEKIT_URL");
  EXPECT_EQ(faults[1].problem, "\"livekit.example.com\" is not a ws, wss, http or https URL");
}

TEST(EnvFaults, QuoteAWebsocketUrlAsItWasWritten) {
  Environment environment = test::with_groups();
  environment["LIVEKIT_URL"] = "wss://livekit.example.com:99999";
  const auto faults = faults_of(environment);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].problem,
            "\"wss://livekit.example.com:99999\" has a port that is not between 1 and 65535");
}

TEST(EnvFaults, SayWhereInTheFileTheValueStands) {
  const SampleFile file("\nLOG_LEVEL=loud\n");
  const auto faults = faults_of(required_only(), {file.path(), true});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].variable, "LOG_LEVEL");
  EXPECT_THAT(faults[0].problem, HasSubstr("file:2: \"loud\" is not one"));
}

TEST(EnvFaults, ReportUnknownNamesOfOursInTheFile) {
  const SampleFile file(
      "RELAY_DOMIAN=x\nlog_levels=info\nDATABASE_POOL_SIZE=5\nOTHER=1\n"
      "RELAY_DOMAIN_FILE=x\n");
  const auto faults = faults_of(required_only(), {file.path(), true});
  ASSERT_EQ(faults.size(), 4U);
  EXPECT_EQ(faults[0].variable, "RELAY_DOMIAN");
  EXPECT_THAT(faults[0].problem, HasSubstr("file:1: this is not a tender variable"));
  EXPECT_EQ(faults[0].remedy, "did you mean RELAY_DOMAIN?");
  EXPECT_EQ(faults[1].remedy, "did you mean LOG_LEVEL?");
  EXPECT_EQ(faults[2].remedy, "remove it; env.example shows every variable");
  EXPECT_EQ(faults[3].remedy, "only secrets can be given by file; set RELAY_DOMAIN");
}

TEST(EnvFaults, ReportBrokenLinesAndWrongValuesTogether) {
  const SampleFile file("LOG_FORMAT='json\nLOG_LEVEL=loud\n");
  EXPECT_EQ(faults_of({}, {file.path(), true}).size(), 5U);
}

TEST(EnvFaults, ReportAFileThatCannotBeRead) {
  const test::TempDir directory;
  const auto faults = faults_of(required_only(), {directory.path(), false});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].problem, "cannot be read: Is a directory");
}

TEST(EnvFaults, ReportAFileThatIsTooLarge) {
  const SampleFile file(std::string(1 << 20, '\n'));
  const auto faults = faults_of(required_only(), {file.path(), true});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].problem, "is too large for a file of environment variables");
}

TEST(EnvFaults, HidePasswordsInUrlsThatAreWrong) {
  for (const auto& [name, value] :
       {std::pair{"DATABASE_URL", "postgres://user:hunter2@db/tender"},
        std::pair{"DATABASE_URL", "user:hunter2@db"},
        std::pair{"DATABASE_URL", "mysql://db/tender?password=hunter2"},
        std::pair{"ZOOID_API_URL", "https://user:hunter2@host.example.com"},
        std::pair{"ZOOID_API_URL", "user:hunter2@host"},
        std::pair{"ZOOID_API_URL", "https://host/?token=hunter2"},
        std::pair{"ZOOID_API_URL", "https://host, https://user:hunter2@other"},
        std::pair{"ZOOID_API_URL", "https://user:hunter2@host,https://other"},
        std::pair{"RELAY_DOMAIN", "https://user:hunter2@host"}}) {
    const auto faults = faults_of(with(name, value));
    ASSERT_EQ(faults.size(), 1U) << value;
    EXPECT_EQ((faults[0].problem + faults[0].remedy).find("hunter2"), std::string::npos)
        << faults[0].problem;
  }
}

// Every secret is given, wrong in every way that we know; no message may hold a piece of it.
TEST(EnvFaults, NeverShowASecret) {
  constexpr std::string_view canary = "canary";
  for (const std::string secret :
       {"canary", "canary ", "canary\n", "nsec1canary", "npub1canary", "canary\x1b[0m"}) {
    for (const Variable& each : variables()) {
      if (!each.secret) {
        continue;
      }
      // Other variables are wrong as well, so that there always is a message.
      const Environment wrong = {{std::string(each.name), secret}, {"LOG_LEVEL", "loud"}};
      const std::string name(each.name);
      const SampleFile secret_file(secret);
      const Environment by_file = {{file_variable(each), secret_file.path()},
                                   {"LOG_LEVEL", "loud"}};
      const SampleFile lines(
          fmt::format("{0}={1}\n{0}='{1}\n{0} {1}\n{1}\nROBOT_SECRETS={1}\n", each.name, secret));
      for (const auto& faults :
           {faults_of(wrong), faults_of(by_file), faults_of({}, {lines.path(), true})}) {
        ASSERT_THAT(faults, Not(IsEmpty()));
        const std::string said = ConfigError(faults).what();
        EXPECT_EQ(said.find(canary), std::string::npos) << said;
      }
    }
  }
}

}  // namespace
}  // namespace tender::config
