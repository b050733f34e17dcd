// What generation A, public until April 2026, does differently.
#include "zooid-sim/sim_test.hpp"
#include "zooid-sim/slug.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;

struct GenerationATest : SimTest {
  std::vector<std::string> deaths;

  GenerationATest() {
    options.generation = Generation::a;
    options.death = [this](const std::string& text, int code) {
      deaths.push_back(std::to_string(code) + ' ' + text);
    };
    restart();
  }
  Received create(json change) {
    json config = relay_config("a");
    config.merge_patch(change);
    return call("POST", "/relay/a", config);
  }
};

TEST_F(GenerationATest, HasNoMembers) {
  const Received answer = call("GET", "/relay/a/members");
  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(error_of(answer), "method not allowed");
}

TEST_F(GenerationATest, ChecksTheKeyBeforeItSaysSo) {
  EXPECT_EQ(send({"GET", "/relay/a/members", {}, {}, {}}).status, 401);
}

TEST_F(GenerationATest, IgnoresWhatComesAfterTheId) {
  EXPECT_EQ(call("POST", "/relay/a.b/members", relay_config("a")).status, 201);
  EXPECT_FALSE(held("a.b").is_null());
}

TEST_F(GenerationATest, DropsWhatItDoesNotHave) {
  EXPECT_EQ(create({{"blossom", {{"enabled", true}, {"adapter", 5}}},
                    {"policy", {{"public_read", "yes"}}}})
                .status,
            201);
  EXPECT_EQ(held("a")["blossom"], json({{"enabled", true}}));
  EXPECT_FALSE(held("a")["policy"].contains("public_read"));
}

TEST_F(GenerationATest, TakesSchemasAndSecretsThatTheLaterOneRefuses) {
  EXPECT_EQ(create({{"schema", "Upper_"}, {"secret", "5"}}).status, 201);
  EXPECT_EQ(send({"GET", "/", {}, "a.example.com", {"Accept: application/nostr+json"}}).status,
            200);
}

TEST_F(GenerationATest, QuotesWhatItRefuses) {
  EXPECT_EQ(error_of(create({{"secret", "zz"}})),
            "invalid secret key: '" + std::string(62, '0') +
                "zz' is not valid hex: encoding/hex: invalid byte: U+007A 'z'");
  EXPECT_EQ(error_of(create({{"info", {{"pubkey", "zz"}}}})),
            "invalid info.pubkey: pubkey should be 64-char hex, got 'zz'");
  EXPECT_EQ(
      error_of(create({{"host", 1}})),
      "invalid json config: json: cannot unmarshal number into Go struct field Config.host of "
      "type string");
  EXPECT_EQ(error_of(create({{"roles", {{"member", 1}}}})),
            "invalid json config: json: cannot unmarshal number into Go struct field Config.roles "
            "of type zooid.Role");
  EXPECT_EQ(error_of(create({{"roles", {{"member", {{"pubkeys", 1}}}}}})),
            "invalid json config: json: cannot unmarshal number into Go struct field "
            "Role.roles.pubkeys of type []string");
}

TEST_F(GenerationATest, DiesOfARelayWithoutAnOwnerAtOnceAndAtEachStart) {
  EXPECT_EQ(create({{"inactive", true}, {"info", {{"pubkey", ""}}}}).status, 201);
  const std::string panic = "2 panic: runtime error: unsafe.Slice: ptr is nil and len is not zero";
  EXPECT_EQ(deaths, std::vector<std::string>{panic});
  restart();
  EXPECT_EQ(deaths, (std::vector<std::string>{panic, panic}));
}

TEST_F(GenerationATest, DiesOfASchemaThatSqliteRefuses) {
  create({{"schema", "_1abc"}});
  EXPECT_EQ(deaths,
            std::vector<std::string>{"1 Failed to initialize event store: failed to create schema: "
                                     "unrecognized token: \"1abc__events\""});
}

TEST(Slug, IsWhatZooidMakesOfASchema) {
  EXPECT_EQ(slug("_x_"), "x");
  EXPECT_EQ(slug("Upper"), "upper");
  EXPECT_EQ(slug("a__b"), "a__b");
  EXPECT_EQ(slug("a  b"), "a-b");
  EXPECT_TRUE(is_table_name(slug("__")));
  EXPECT_FALSE(is_table_name(slug("_1abc")));
  EXPECT_FALSE(is_table_name(slug("a-b")));
}

}  // namespace
}  // namespace zooid_sim::test
