#include "tender/zooid/config_comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/model/relay_fields.hpp"

#include "support/seeded_random.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr TimePoint kTaken{1000s};

// As a newer zooid writes it.
constexpr const char* kFile = R"(host = "blue.relays.test"
schema = "blue_r1"
secret = "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a"
inactive = false

[info]
  name = "Blue"
  icon = ""
  pubkey = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
  description = ""

[policy]
  public_join = false
  strip_signatures = false
  public_read = false
  public_write = false

[groups]
  enabled = true

[push]
  enabled = true

[management]
  enabled = true

[blossom]
  enabled = false
  authenticated_read = true
  adapter = "local"
  [blossom.s3]
    endpoint = ""
    region = ""
    bucket = ""
    access_key = ""
    secret_key = ""
    key_prefix = ""

[livekit]
  server_url = ""
  api_key = ""
  api_secret = ""

[roles]
  [roles.admin]
    pubkeys = []
    can_invite = true
    can_manage = true
  [roles.member]
    pubkeys = []
    can_invite = true
    can_manage = false
)";

struct ConfigComparison : testing::Test {
  ConfigComparison() {
    relay.id.text = "r1";
    relay.tenant = test::kTenant;
    relay.subdomain = "blue";
    relay.schema = "blue_r1";
    relay.info_name = "Blue";
  }

  void replace(const std::string& before, const std::string& after) {
    const auto at = toml.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    toml.replace(at, before.size(), after);
  }

  [[nodiscard]] ConfigFile file() const {
    ConfigFile parsed = parse_config_file(relay.id, toml);
    EXPECT_EQ(parsed.fault, "");
    parsed.written_at = kTaken - 1s;
    return parsed;
  }
  [[nodiscard]] FileComparison compared() const { return compare(relay, env, file(), kTaken); }
  [[nodiscard]] std::vector<std::string> unsupported() const {
    std::vector<std::string> names;
    for (const FieldDrift& each : compared().unsupported) {
      names.push_back(each.field);
    }
    return names;
  }
  [[nodiscard]] std::vector<std::string> different() const {
    std::vector<std::string> texts;
    for (const FieldDrift& each : compared().differences) {
      texts.push_back(each.field + ": " + each.desired + " / " + each.observed);
    }
    return texts;
  }

  void give_s3() {
    env.blossom_s3 = config::S3Settings{"https://s3.test", "eu", "media", Secret("s3-access"),
                                        Secret("s3-secret")};
  }
  void give_livekit() {
    env.livekit =
        config::LivekitSettings{"wss://livekit.test", Secret("lk-key"), Secret("lk-secret")};
  }

  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  Relay relay;
  std::string toml = kFile;
};

TEST_F(ConfigComparison, FindsNothingInWhatZooidWroteAfterASync) {
  EXPECT_THAT(different(), IsEmpty());
  EXPECT_THAT(unsupported(), IsEmpty());
  EXPECT_TRUE(compared().same());
}

TEST_F(ConfigComparison, TakesWhatIsLeftOutAsFalseOrEmpty) {
  replace("  icon = \"\"\n", "");
  replace("  public_read = false\n", "");
  replace("inactive = false\n", "");
  replace("  adapter = \"local\"\n", "");
  EXPECT_THAT(different(), IsEmpty());
}

TEST_F(ConfigComparison, FindsEveryFieldOfTheTable) {
  for (const RelayField& field : relay_fields()) {
    if (field.zooid.empty()) {
      continue;
    }
    Relay other = relay;
    const auto value = field_value(field, relay);
    ASSERT_TRUE(set_field_value(
        field, value.is_boolean() ? nlohmann::json(!value.get<bool>()) : nlohmann::json("other"),
        other));
    const auto differences = compare(other, env, file(), kTaken).differences;
    ASSERT_EQ(differences.size(), 1U) << field.column;
    EXPECT_EQ(differences[0].field, field.column);
  }
}

TEST_F(ConfigComparison, ShowsWhatShouldBeAndWhatIs) {
  replace("name = \"Blue\"", "name = \"Owner's\"");
  replace("public_join = false", "public_join = true");
  replace("blue.relays.test", "red.relays.test");
  replace("inactive = false", "inactive = true");
  EXPECT_THAT(different(),
              ElementsAre("host: blue.relays.test / red.relays.test", "inactive: false / true",
                          "info_name: Blue / Owner's", "policy_public_join: false / true"));
  EXPECT_EQ(describe(compared()).substr(0, 70),
            "its file has host \"red.relays.test\" instead of \"blue.relays.test\", its");
}

TEST_F(ConfigComparison, FindsChangedRolesAndLeavesOthersAlone) {
  replace("can_manage = true", "can_manage = false");
  toml += "  [roles.moderator]\n    can_manage = true\n";
  EXPECT_THAT(different(), ElementsAre("roles.admin.can_manage: true / false"));
  EXPECT_THAT(unsaid_roles(relay, env, file()), ElementsAre("roles.moderator.can_manage"));
}

TEST_F(ConfigComparison, ComparesTheAdminsInAnyOrder) {
  const std::string one = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
  const std::string other = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
  relay.admins = {one, other};
  const auto write = [&](const std::string& list) {
    const std::string before = "[roles.admin]";
    const auto at = toml.find(before);
    toml.replace(at, toml.find("can_", at) - at, before + "\n    pubkeys = [" + list + "]\n    ");
  };
  const std::string all = "\"" + other + "\", \"" + one + "\"";
  write(all);
  EXPECT_TRUE(different().empty());
  for (const std::string& list : {std::string(), "\"" + one + "\"", all + ", \"k\""}) {
    write(list);
    EXPECT_EQ(different().size(), 1U) << list;
  }
}

TEST_F(ConfigComparison, SaysNothingOfWhatTenderDoesNotSend) {
  replace("authenticated_read = true", "authenticated_read = false");
  EXPECT_THAT(different(), IsEmpty());
  EXPECT_THAT(unsaid_roles(relay, env, file()), IsEmpty());
}

TEST_F(ConfigComparison, ComparesTheMediaStorage) {
  give_s3();
  relay.blossom_enabled = true;
  replace("  enabled = false", "  enabled = true");
  replace("\"local\"", "\"s3\"");
  replace("endpoint = \"\"", "endpoint = \"https://s3.test\"");
  replace("region = \"\"", "region = \"eu\"");
  replace("bucket = \"\"", "bucket = \"media\"");
  replace("key_prefix = \"\"", "key_prefix = \"blue_r1\"");
  replace("access_key = \"\"", "access_key = \"s3-access\"");
  EXPECT_THAT(different(), ElementsAre("blossom.s3.secret_key: (as in the environment) / "));
  replace("secret_key = \"\"", "secret_key = \"old\"");
  EXPECT_THAT(different(),
              ElementsAre("blossom.s3.secret_key: (as in the environment) / (another value)"));
  replace("secret_key = \"old\"", "secret_key = \"s3-secret\"");
  EXPECT_THAT(different(), IsEmpty());
}

TEST_F(ConfigComparison, ComparesTheCalls) {
  relay.livekit_enabled = true;
  give_livekit();
  replace("server_url = \"\"", "server_url = \"wss://livekit.test\"");
  replace("api_key = \"\"", "api_key = \"lk-key\"");
  replace("api_secret = \"\"", "api_secret = \"lk-secret\"");
  EXPECT_THAT(different(), IsEmpty());
  relay.livekit_enabled = false;
  EXPECT_THAT(different(), ElementsAre("livekit.api_key:  / (another value)",
                                       "livekit.api_secret:  / (another value)",
                                       "livekit.server_url:  / wss://livekit.test"));
}

TEST_F(ConfigComparison, FindsStorageThatShouldBeGone) {
  replace("\"local\"", "\"s3\"");
  replace("bucket = \"\"", "bucket = \"old\"");
  replace("secret_key = \"\"", "secret_key = \"old-secret\"");
  EXPECT_THAT(different(), ElementsAre("blossom.adapter: local / s3", "blossom.s3.bucket:  / old",
                                       "blossom.s3.secret_key:  / (another value)"));
}

TEST_F(ConfigComparison, NeverShowsACredential) {
  give_s3();
  give_livekit();
  relay.blossom_enabled = true;
  relay.livekit_enabled = true;
  replace("access_key = \"\"", "access_key = \"held-access\"");
  replace("secret_key = \"\"", "secret_key = \"held-secret\"");
  replace("api_key = \"\"", "api_key = \"held-key\"");
  replace("api_secret = \"\"", "api_secret = \"held-calls\"");
  std::string all = describe(compared());
  for (const std::string& line : different()) {
    all += line;
  }
  for (const char* secret :
       {"held-", "s3-access", "s3-secret", "lk-key", "lk-secret", "7f7ff03d"}) {
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  }
}

// What an older zooid writes after a sync.
struct OlderZooid : ConfigComparison {
  OlderZooid() {
    const auto from = toml.find("  public_read");
    toml.erase(from, toml.find("[groups]") - from);
    const auto storage = toml.find("  authenticated_read");
    toml.erase(storage, toml.find("[livekit]") - storage);
    relay.policy_public_read = true;
  }
};

TEST_F(OlderZooid, DoesNotSupportWhatItDrops) {
  give_s3();
  relay.blossom_enabled = true;
  replace("  enabled = false", "  enabled = true");
  EXPECT_THAT(different(), IsEmpty());
  EXPECT_THAT(unsupported(),
              ElementsAre("blossom.adapter", "blossom.s3.access_key", "blossom.s3.bucket",
                          "blossom.s3.endpoint", "blossom.s3.key_prefix", "blossom.s3.region",
                          "blossom.s3.secret_key", "policy_public_read"));
}

TEST_F(OlderZooid, IsNotConcludedFromAFileThatIsOlderThanTheSync) {
  ConfigFile old = file();
  old.written_at = kTaken - 20s;
  EXPECT_EQ(compare(relay, env, old, kTaken).differences.size(), 1U);
  EXPECT_EQ(compare(relay, env, file(), std::nullopt).differences.size(), 1U);
}

TEST_F(OlderZooid, IsNotConcludedFromOneMissingField) {
  replace("strip_signatures = false\n", "strip_signatures = false\npublic_write = false\n");
  EXPECT_THAT(different(), ElementsAre("policy_public_read: true / "));
  EXPECT_THAT(unsupported(), IsEmpty());
}

TEST_F(OlderZooid, IsHeldToWhatItSupports) {
  relay.policy_public_join = true;
  EXPECT_THAT(different(), ElementsAre("policy_public_join: true / false"));
}

}  // namespace
}  // namespace tender::zooid
