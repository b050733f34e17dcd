// What answers where the Host header is not the API's.
#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;

struct VirtualHostsTest : SimTest {
  Received information(const std::string& host) {
    return send({"GET", "/", {}, host, {"Accept: application/nostr+json"}});
  }
};

TEST_F(VirtualHostsTest, ServesTheNip11DocumentOfAnActiveRelay) {
  call("POST", "/relay/a", relay_config("a"));
  const Received answer = information("a.example.com");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.headers.at("content-type"), "application/nostr+json");
  const json document = json::parse(answer.body);
  const json info = relay_config("a")["info"];
  for (const char* name : {"name", "icon", "description", "pubkey"}) {
    EXPECT_EQ(document[name], info[name]);
  }
  EXPECT_EQ(document["self"], test_key(100).public_key().hex());
}

TEST_F(VirtualHostsTest, ShowsThePatchedDocument) {
  call("POST", "/relay/a", relay_config("a"));
  call("PATCH", "/relay/a", {{"info", {{"name", "Grüße \"x\" 🙂"}}}});
  EXPECT_EQ(json::parse(information("a.example.com").body)["name"], "Grüße \"x\" 🙂");
}

TEST_F(VirtualHostsTest, DoesNotServeAnInactiveRelay) {
  call("POST", "/relay/a", relay_config("a"));
  call("PATCH", "/relay/a", {{"inactive", true}});
  EXPECT_EQ(information("a.example.com").status, 404);
  call("PATCH", "/relay/a", {{"inactive", false}});
  EXPECT_EQ(information("a.example.com").status, 200);
}

TEST_F(VirtualHostsTest, AnswersAPlain404ForAnUnknownHost) {
  const Received answer = information("nobody.example.com");
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "Not Found\n");
  EXPECT_EQ(answer.headers.at("content-type"), "text/plain; charset=utf-8");
}

TEST_F(VirtualHostsTest, NeverReachesTheApiWithAWrongHost) {
  Outgoing outgoing{"POST", "/relay/a", relay_config("a").dump(), "elsewhere.example.com", {}};
  outgoing.headers.push_back(token(outgoing));
  const Received answer = send(outgoing);
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.body, "Not Found\n");
  EXPECT_TRUE(held("a").is_null());
}

TEST_F(VirtualHostsTest, AnswersAPlain404WithoutTheAcceptHeader) {
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(send({"GET", "/", {}, "a.example.com", {}}).status, 404);
}

}  // namespace
}  // namespace zooid_sim::test
