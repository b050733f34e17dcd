// NIP-86: what a relay's owner changes.
#include "tender/nostr/http_auth.hpp"

#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;
using tender::nostr::SecretKey;

const SecretKey& owner() {
  static const SecretKey key = test_key(7);
  return key;
}

struct ManagementTest : SimTest {
  ManagementTest() {
    json config = relay_config("a");
    config["info"]["pubkey"] = owner().public_key().hex();
    config["management"] = {{"enabled", true}};
    call("POST", "/relay/a", config);
  }

  json manage(const SecretKey& key, const std::string& method, const json& params,
              const std::string& url = "wss://a.example.com") {
    const std::string body = json{{"method", method}, {"params", params}}.dump();
    const std::string token =
        tender::nostr::make_http_auth(key, random, clock.now(), url, "POST", body);
    const Received answer =
        send({"POST",
              "/",
              body,
              "a.example.com",
              {"Content-Type: application/nostr+json+rpc", "Authorization: " + token}});
    EXPECT_EQ(answer.status, 200);
    return json::parse(answer.body);
  }
};

TEST_F(ManagementTest, WritesWhatTheOwnerChanges) {
  EXPECT_EQ(manage(owner(), "changerelayname", {"New"}), json({{"result", true}}));
  EXPECT_EQ(manage(owner(), "changerelaydescription", {"Words"}), json({{"result", true}}));
  EXPECT_EQ(manage(owner(), "changerelayicon", {"https://i.test/x.png"}), json({{"result", true}}));
  EXPECT_EQ(held("a")["info"]["name"], "New");
  EXPECT_EQ(held("a")["info"]["description"], "Words");
  EXPECT_EQ(held("a")["info"]["icon"], "https://i.test/x.png");
}

TEST_F(ManagementTest, TakesThoseWhoMayManage) {
  const SecretKey admin = test_key(8);
  EXPECT_TRUE(manage(admin, "changerelayname", {"New"}).contains("error"));
  call("PATCH", "/relay/a",
       {{"roles", {{"admin", {{"pubkeys", {admin.public_key().hex()}}, {"can_manage", true}}}}}});
  EXPECT_EQ(manage(admin, "changerelayname", {"New"}), json({{"result", true}}));
}

TEST_F(ManagementTest, RefusesATokenForAnotherAddress) {
  EXPECT_EQ(manage(owner(), "changerelayname", {"New"}, "wss://b.example.com")["error"],
            "invalid 'u' tag");
  EXPECT_EQ(manage(owner(), "changerelayname", {"New"}, "http://a.example.com")["error"],
            "invalid 'u' tag");
  EXPECT_NE(held("a")["info"]["name"], "New");
}

TEST_F(ManagementTest, IsOffWhenTheRelaySaysSo) {
  call("PATCH", "/relay/a", {{"management", {{"enabled", false}}}});
  EXPECT_EQ(manage(owner(), "changerelayname", {"New"})["error"],
            "method changerelayname not supported");
}

TEST_F(ManagementTest, SaysWhatItDoesNotKnow) {
  EXPECT_EQ(manage(owner(), "banevent", {"x"})["error"], "method banevent not supported");
  EXPECT_TRUE(manage(owner(), "changerelayname", json::array()).contains("error"));
}

}  // namespace
}  // namespace zooid_sim::test
