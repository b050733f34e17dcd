// Which relays of zooid can be taken over, and as which rows.
#include "tender/infra/relay_import.hpp"

#include <gmock/gmock.h>

#include "tender/zooid/relay_config.hpp"

#include "support/seeded_random.hpp"
#include "support/world.hpp"

namespace tender::infra {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kFile = R"(host = "blue.relays.test"
schema = "blue"
secret = "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a"
[info]
name = "Blue"
description = "By hand"
pubkey = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
[policy]
public_join = true
[management]
enabled = true
[blossom]
enabled = false
[roles.admin]
can_manage = true
can_invite = true
[roles.member]
can_invite = true
)";

struct RelayImportPlan : testing::Test {
  void replace(const std::string& before, const std::string& after) {
    const auto at = toml.find(before);
    ASSERT_NE(at, std::string::npos) << before;
    toml.replace(at, before.size(), after);
  }
  [[nodiscard]] RelayImport plan(const std::string& id = "r1") const {
    return plan_import(zooid::parse_config_file(RelayId{id}, toml), env);
  }

  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  std::string toml = kFile;
};

TEST_F(RelayImportPlan, TakesEveryField) {
  const RelayImport import = plan();
  EXPECT_EQ(import.refusal, "");
  EXPECT_THAT(import.overwritten, IsEmpty());
  const Relay& relay = import.relay;
  EXPECT_EQ(relay.id.text, "r1");
  EXPECT_EQ(relay.tenant, test::kTenant);
  EXPECT_EQ(relay.subdomain, "blue");
  EXPECT_EQ(relay.schema, "blue");
  EXPECT_EQ(relay.status, RelayStatus::active);
  EXPECT_EQ(relay.info_name, "Blue");
  EXPECT_EQ(relay.info_description, "By hand");
  EXPECT_TRUE(relay.policy_public_join);
  EXPECT_FALSE(relay.policy_strip_signatures);
  EXPECT_FALSE(relay.groups_enabled);  // left out: zooid takes it as false
  EXPECT_TRUE(relay.management_enabled);
  EXPECT_FALSE(relay.livekit_enabled);
  EXPECT_EQ(relay.drift, "");
  EXPECT_EQ(relay.identity.size(), 64U);
  EXPECT_EQ(import.digest, zooid::body_digest(zooid::update_body(relay, env)));
}

TEST_F(RelayImportPlan, TakesARelayWhoseMembersMayNotInvite) {
  for (const char* role : {"[roles.member]\ncan_invite = false\n", ""}) {
    toml = kFile;
    replace("[roles.member]\ncan_invite = true\n", role);
    EXPECT_EQ(plan().refusal, "");
    EXPECT_FALSE(plan().relay.member_invites);
    EXPECT_NE(plan().digest, "");
  }
}

TEST_F(RelayImportPlan, TakesAdminsInAnyOrder) {
  const std::string one = "f9308a019258c31049344f85f89d5229b531c845836f99b08601f113bce036f9";
  const std::string other = "c6047f9441ed7d6d3045406e95c07cd85c778e4b8cef3ca7abac09b95c709ee5";
  replace("[roles.admin]\n", "[roles.admin]\npubkeys = [\"" + one + "\", \"" + other + "\"]\n");
  EXPECT_EQ(plan().refusal, "");
  EXPECT_THAT(plan().relay.admins, testing::Optional(ElementsAre(other, one)));
  EXPECT_NE(plan().digest, "");
}

TEST_F(RelayImportPlan, LeavesAloneWhatTheEnvironmentWouldSwitchOff) {
  replace("enabled = false\n", "enabled = true\nadapter = \"s3\"\n");
  EXPECT_THAT(plan().refusal, HasSubstr("its media is in S3, and BLOSSOM_S3_* is not set"));
  toml = kFile;
  toml += "[livekit]\nserver_url = \"wss://calls.test\"\n";
  EXPECT_THAT(plan().refusal, HasSubstr("it has calls, and LIVEKIT_* is not set"));
}

TEST_F(RelayImportPlan, TakesAnInactiveRelay) {
  toml.insert(0, "inactive = true\n");
  EXPECT_EQ(plan().refusal, "");
  EXPECT_EQ(plan().relay.status, RelayStatus::inactive);
}

TEST_F(RelayImportPlan, SaysWhatTheEnvironmentWillOverwrite) {
  env.blossom_s3 = config::S3Settings{"https://s3.test", "", "media", Secret(), Secret("s")};
  env.livekit = config::LivekitSettings{"wss://calls.test", Secret(), Secret("s")};
  replace("enabled = false\n",
          "enabled = true\nadapter = \"s3\"\ns3 = {bucket = \"mine\", "
          "secret_key = \"hidden\"}\n");
  toml += "[livekit]\nserver_url = \"wss://calls.test\"\napi_secret = \"hidden\"\n";
  const RelayImport import = plan();
  EXPECT_EQ(import.refusal, "");
  EXPECT_TRUE(import.relay.blossom_enabled);
  EXPECT_TRUE(import.relay.livekit_enabled);
  EXPECT_EQ(import.digest, "");
  EXPECT_THAT(import.overwritten,
              ElementsAre("blossom.s3.bucket", "blossom.s3.endpoint", "blossom.s3.key_prefix",
                          "blossom.s3.secret_key", "livekit.api_secret"));
}

TEST_F(RelayImportPlan, TakesCallsAndStorageThatAreAsInTheEnvironment) {
  env.blossom_s3 = config::S3Settings{"https://s3.test", "eu", "media", Secret("a"), Secret("s")};
  env.livekit = config::LivekitSettings{"wss://calls.test", Secret("k"), Secret("s")};
  replace("enabled = false\n",
          "enabled = true\nadapter = \"s3\"\ns3 = {endpoint = \"https://s3.test\", region = "
          "\"eu\", bucket = \"media\", access_key = \"a\", secret_key = \"s\", key_prefix = "
          "\"blue\"}\n");
  toml += "[livekit]\nserver_url = \"wss://calls.test\"\napi_key = \"k\"\napi_secret = \"s\"\n";
  EXPECT_EQ(plan().refusal, "");
  EXPECT_THAT(plan().overwritten, IsEmpty());
  EXPECT_NE(plan().digest, "");
}

TEST_F(RelayImportPlan, RefusesWhatARowCannotExpress) {
  const auto refused = [&](const std::string& before, const std::string& after,
                           const std::string& reason) {
    toml = kFile;
    replace(before, after);
    EXPECT_THAT(plan().refusal, HasSubstr(reason)) << after;
    EXPECT_THAT(plan().refusal, HasSubstr("; ")) << "no remedy: " << plan().refusal;
    EXPECT_EQ(plan().digest, "");
  };
  refused("blue.relays.test", "blue.other.test", "is not a subdomain of RELAY_DOMAIN, relays.test");
  refused("blue.relays.test", "relays.test", "is not a subdomain");
  refused("blue.relays.test", "a.b.relays.test", "a row cannot have its subdomain");
  refused("\"blue\"", "\"Blue_\"", "a row cannot have its schema");
  refused("pubkey = \"79be", "other = \"79be", "it has no owner (info.pubkey)");
  refused("79be667e", "79BE667E", "a row cannot have its tenant");
  refused("secret = \"7f7f", "secret = \"zz7f", "its secret is not a secret key");
  refused("secret = ", "other = ", "its file is damaged: it has no secret");
  refused("can_manage = true", "can_manage = false",
          "its roles.admin.can_manage is \"false\", and tender would send \"true\"");
  refused("[roles.member]", "[roles.moderator]\ncan_manage = true\n[roles.member]",
          "a row cannot express its roles.moderator.can_manage");
  refused("can_manage = true", "can_manage = true\npubkeys = [\"k\"]",
          "a row cannot have its admins");
  refused("can_manage = true", "can_manage = true\npubkeys = [7]", "roles.admin.pubkeys");
  refused("public_join = true", "public_join = \"yes\"", "its policy_public_join is \"yes\"");
  refused("name = \"Blue\"", "name = \"" + std::string(300, 'x') + "\"", "its info_name");
}

TEST_F(RelayImportPlan, RefusesAnIdThatARowCannotHave) {
  EXPECT_THAT(plan("hand made").refusal, HasSubstr("a row cannot have its id: \"hand made\""));
}

TEST_F(RelayImportPlan, RefusesAnIdThatSomeZooidsRefuse) {
  for (const std::string& id : {std::string("blue.old"), std::string("~x"), std::string(65, 'x')}) {
    EXPECT_THAT(plan(id).refusal, HasSubstr("newer versions of zooid refuse to change or delete"));
  }
  EXPECT_EQ(plan("Blue_1-x").refusal, "");
}

TEST_F(RelayImportPlan, RefusesTheHostOfTheApi) {
  env.reserved_subdomains = {"blue"};
  EXPECT_THAT(plan().refusal, HasSubstr("that of ZOOID_API_URL"));
}

}  // namespace
}  // namespace tender::infra
