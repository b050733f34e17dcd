#include "tender/zooid/relay_config.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support/seeded_random.hpp"
#include "support/world.hpp"

namespace tender::zooid {
namespace {

using nlohmann::json;

struct RelayConfig : testing::Test {
  RelayConfig() {
    relay.id.text = "r1";
    relay.tenant = test::kTenant;
    relay.subdomain = "blue";
    relay.schema = "blue_r1";
    relay.info_name = "Blue";
    relay.info_icon = "https://icons.test/blue.png";
    relay.info_description = "Ünïcode \"quoted\"";
  }

  void give_s3() {
    env.blossom_s3 = config::S3Settings{"https://s3.test", "eu", "media", Secret("s3-access"),
                                        Secret("s3-secret")};
  }
  void give_livekit() {
    env.livekit =
        config::LivekitSettings{"wss://livekit.test", Secret("lk-key"), Secret("lk-secret")};
  }

  [[nodiscard]] json created() const { return json::parse(create_body(relay, env, identity)); }
  [[nodiscard]] json updated() const { return json::parse(update_body(relay, env)); }

  test::SeededRandom random{1};
  config::Env env = test::test_env(random);
  nostr::SecretKey identity = nostr::SecretKey::generate(random);
  Relay relay;
};

TEST_F(RelayConfig, SaysAllThatTheSeedLists) {
  relay.policy_strip_signatures = true;
  relay.policy_public_read = true;
  relay.push_enabled = false;
  const json expected = {{"host", "blue.relays.test"},
                         {"schema", "blue_r1"},
                         {"secret", identity.reveal_hex()},
                         {"inactive", false},
                         {"info",
                          {{"name", "Blue"},
                           {"icon", "https://icons.test/blue.png"},
                           {"description", "Ünïcode \"quoted\""},
                           {"pubkey", test::kTenant}}},
                         {"policy",
                          {{"public_join", false},
                           {"strip_signatures", true},
                           {"public_read", true},
                           {"public_write", false}}},
                         {"groups", {{"enabled", true}}},
                         {"management", {{"enabled", true}}},
                         {"push", {{"enabled", false}}},
                         {"blossom", {{"enabled", false}}},
                         {"livekit", {{"enabled", false}}},
                         {"roles",
                          {{"admin", {{"can_manage", true}, {"can_invite", true}}},
                           {"member", {{"can_invite", true}}}}}};
  EXPECT_EQ(created(), expected);
}

TEST_F(RelayConfig, NamesTheAdminsOnceThereWereAny) {
  EXPECT_FALSE(updated()["roles"]["admin"].contains("pubkeys"));
  relay.admins = {test::kTenant};
  EXPECT_EQ(updated()["roles"]["admin"]["pubkeys"], json({test::kTenant}));
  relay.admins->clear();
  EXPECT_EQ(updated()["roles"]["admin"]["pubkeys"], json::array());
}

struct Flag {
  bool Relay::*field;
  const char* pointer;
};

TEST_F(RelayConfig, SendsEachFlagInItsPlace) {
  for (const Flag& flag : {Flag{&Relay::policy_public_join, "/policy/public_join"},
                           Flag{&Relay::policy_strip_signatures, "/policy/strip_signatures"},
                           Flag{&Relay::policy_public_read, "/policy/public_read"},
                           Flag{&Relay::policy_public_write, "/policy/public_write"},
                           Flag{&Relay::groups_enabled, "/groups/enabled"},
                           Flag{&Relay::management_enabled, "/management/enabled"},
                           Flag{&Relay::push_enabled, "/push/enabled"},
                           Flag{&Relay::member_invites, "/roles/member/can_invite"},
                           Flag{&Relay::blossom_enabled, "/blossom/enabled"}}) {
    for (const bool value : {true, false}) {
      relay.*flag.field = value;
      EXPECT_EQ(created().at(json::json_pointer(flag.pointer)), value) << flag.pointer;
      EXPECT_EQ(updated().at(json::json_pointer(flag.pointer)), value) << flag.pointer;
    }
  }
}

TEST_F(RelayConfig, IsInactiveWhenTheStatusIsInactiveOrDelinquent) {
  relay.status = RelayStatus::inactive;
  EXPECT_EQ(created()["inactive"], true);
  EXPECT_EQ(updated()["inactive"], true);
  relay.status = RelayStatus::delinquent;
  EXPECT_EQ(created()["inactive"], true);
  EXPECT_EQ(updated()["inactive"], true);
  relay.status = RelayStatus::active;
  EXPECT_EQ(created()["inactive"], false);
  EXPECT_EQ(updated()["inactive"], false);
}

TEST_F(RelayConfig, SendsMediaToS3BelowTheRelaysSchema) {
  give_s3();
  relay.blossom_enabled = true;
  const json expected = {{"enabled", true},
                         {"adapter", "s3"},
                         {"s3",
                          {{"endpoint", "https://s3.test"},
                           {"region", "eu"},
                           {"bucket", "media"},
                           {"access_key", "s3-access"},
                           {"secret_key", "s3-secret"},
                           {"key_prefix", "blue_r1"}}}};
  EXPECT_EQ(created()["blossom"], expected);
  EXPECT_EQ(updated()["blossom"], expected);
}

TEST_F(RelayConfig, LeavesMediaToZooidWithoutS3) {
  relay.blossom_enabled = true;
  EXPECT_EQ(created()["blossom"], (json{{"enabled", true}, {"adapter", "local"}}));
  EXPECT_EQ(updated()["blossom"], (json{{"enabled", true}, {"adapter", "local"}, {"s3", nullptr}}));
}

TEST_F(RelayConfig, TakesAwayS3WhenBlossomIsOff) {
  give_s3();
  EXPECT_EQ(created()["blossom"], (json{{"enabled", false}}));
  EXPECT_EQ(updated()["blossom"],
            (json{{"enabled", false}, {"adapter", nullptr}, {"s3", nullptr}}));
}

TEST_F(RelayConfig, SendsTheLivekitSettings) {
  give_livekit();
  relay.livekit_enabled = true;
  const json expected = {{"enabled", true},
                         {"server_url", "wss://livekit.test"},
                         {"api_key", "lk-key"},
                         {"api_secret", "lk-secret"}};
  EXPECT_EQ(created()["livekit"], expected);
  EXPECT_EQ(updated()["livekit"], expected);
}

TEST_F(RelayConfig, TakesAwayLivekitWhenItIsOffOrNotSet) {
  const json off = {{"enabled", false}};
  const json taken_away = {
      {"enabled", false}, {"server_url", nullptr}, {"api_key", nullptr}, {"api_secret", nullptr}};
  relay.livekit_enabled = true;
  EXPECT_EQ(created()["livekit"], off);
  EXPECT_EQ(updated()["livekit"], taken_away);
  relay.livekit_enabled = false;
  give_livekit();
  EXPECT_EQ(created()["livekit"], off);
  EXPECT_EQ(updated()["livekit"], taken_away);
}

TEST_F(RelayConfig, RotatesNoIdentityWithAnUpdate) {
  EXPECT_FALSE(updated().contains("secret"));
  EXPECT_EQ(update_body(relay, env).find(identity.reveal_hex()), std::string::npos);
}

TEST_F(RelayConfig, SaysTheSameInAnUpdateAsAtTheCreation) {
  give_s3();
  give_livekit();
  relay.blossom_enabled = true;
  relay.livekit_enabled = true;
  json without_secret = created();
  without_secret.erase("secret");
  EXPECT_EQ(updated(), without_secret);
}

// RFC 7396: what zooid holds after an update must be what a creation would have made, whatever it
// held before (RFC 7396 merges, and an absent key stays). The state is one bit each: blossom,
// livekit, s3 settings, livekit settings, push.
struct EveryPairOfStates : RelayConfig {
  void go_to(unsigned state) {
    relay.blossom_enabled = (state & 1U) != 0;
    relay.livekit_enabled = (state & 2U) != 0;
    relay.push_enabled = (state & 4U) != 0;
    env.blossom_s3.reset();
    env.livekit.reset();
    if ((state & 8U) != 0) {
      give_s3();
    }
    if ((state & 16U) != 0) {
      give_livekit();
    }
  }
  static constexpr unsigned kStates = 32;
};

TEST_F(EveryPairOfStates, LeavesNothingStaleBehind) {
  for (unsigned before = 0; before < kStates; ++before) {
    for (unsigned after = 0; after < kStates; ++after) {
      go_to(before);
      json held = created();
      go_to(after);
      held.merge_patch(updated());
      ASSERT_EQ(held, created()) << "from " << before << " to " << after;
    }
  }
}

TEST_F(EveryPairOfStates, LeavesNoCredentialsOfWhatIsOff) {
  for (unsigned before = 0; before < kStates; ++before) {
    for (unsigned after = 0; after < kStates; ++after) {
      go_to(before);
      json held = created();
      go_to(after);
      held.merge_patch(updated());
      const std::string text = held.dump();
      ASSERT_EQ(text.find("s3-secret") != std::string::npos, (after & 9U) == 9U)
          << "from " << before << " to " << after;
      ASSERT_EQ(text.find("lk-secret") != std::string::npos, (after & 18U) == 18U)
          << "from " << before << " to " << after;
    }
  }
}

TEST_F(RelayConfig, HasTheSameDigestForTheSameBody) {
  const std::string digest = body_digest(update_body(relay, env));
  EXPECT_EQ(digest.size(), 64U);
  EXPECT_EQ(digest.find_first_not_of("0123456789abcdef"), std::string::npos);
  Relay same = relay;
  // What zooid does not hear of changes nothing.
  same.plan = "gold";
  same.revision = 7;
  same.synced = true;
  same.sync_error = "boom";
  EXPECT_EQ(body_digest(update_body(same, env)), digest);
}

TEST_F(RelayConfig, HasADigestThatAnyProgramCanCompute) {
  // FIPS 180-2, B.1
  EXPECT_EQ(body_digest("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_F(RelayConfig, HasADigestThatDoesNotDependOnTheIdentity) {
  const std::string digest = body_digest(update_body(relay, env));
  const nostr::SecretKey other = nostr::SecretKey::generate(random);
  ASSERT_NE(create_body(relay, env, identity), create_body(relay, env, other));
  EXPECT_EQ(body_digest(update_body(relay, env)), digest);
}

TEST_F(RelayConfig, HasAnotherDigestWhenARelayOrItsSettingsChange) {
  give_s3();
  relay.blossom_enabled = true;
  const std::string digest = body_digest(update_body(relay, env));
  env.blossom_s3->secret_key = Secret("rotated");
  EXPECT_NE(body_digest(update_body(relay, env)), digest);
  give_s3();
  ASSERT_EQ(body_digest(update_body(relay, env)), digest);
  relay.info_name = "Deep blue";
  EXPECT_NE(body_digest(update_body(relay, env)), digest);
}

TEST_F(RelayConfig, NamesTheHost) {
  EXPECT_EQ(relay_host(relay, env), "blue.relays.test");
}

}  // namespace
}  // namespace tender::zooid
