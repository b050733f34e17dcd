// What a config may be, and what a PATCH makes of it (RFC 7396).
#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;

using ConfigTest = SimTest;

TEST_F(ConfigTest, RefusesAWrongTypeAnywhere) {
  const std::pair<const char*, json> wrong[] = {
      {"/host", 1},
      {"/inactive", "no"},
      {"/info", "text"},
      {"/info/name", true},
      {"/policy/public_join", 1},
      {"/policy/public_read", "yes"},
      {"/groups/enabled", "true"},
      {"/management", json::array()},
      {"/push/enabled", 0},
      {"/blossom/adapter", false},
      {"/blossom/s3", 5},
      {"/blossom/s3/bucket", 5},
      {"/livekit/api_key", json::object()},
      {"/roles", json::array()},
      {"/roles/admin", "x"},
      {"/roles/admin/pubkeys", "x"},
      {"/roles/admin/pubkeys", {1}},
      {"/roles/admin/can_manage", "x"},
  };
  call("POST", "/relay/held", relay_config("held"));
  const json before = held("held");
  for (const auto& [pointer, value] : wrong) {
    json config = relay_config("a");
    config[json::json_pointer(pointer)] = value;
    EXPECT_EQ(call("POST", "/relay/a", config).status, 400) << pointer;
    json patch;
    patch[json::json_pointer(pointer)] = value;
    EXPECT_EQ(call("PATCH", "/relay/held", patch).status, 400) << pointer;
  }
  EXPECT_TRUE(held("a").is_null());
  EXPECT_EQ(held("held"), before);
}

TEST_F(ConfigTest, RequiresWhatZooidRequires) {
  const std::pair<const char*, const char*> required[] = {
      {"/host", "host is required"},
      {"/schema", "schema is required"},
      {"/secret", "secret is required"},
      {"/info/pubkey", "info.pubkey is required"}};
  for (const auto& [pointer, text] : required) {
    json config = relay_config("a");
    config[json::json_pointer(pointer)] = nullptr;
    const Received answer = call("POST", "/relay/a", config);
    EXPECT_EQ(answer.status, 400) << pointer;
    EXPECT_EQ(error_of(answer), text);
  }
}

TEST_F(ConfigTest, RefusesValuesThatZooidRefuses) {
  const std::string off_curve = std::string(63, '0') + "5";
  const std::pair<const char*, json> wrong[] = {
      {"/schema", "Upper"},
      {"/schema", "1a"},
      {"/schema", "a-b"},
      {"/secret", "abc"},
      {"/secret", std::string(64, '0')},
      {"/secret", std::string(64, 'f')},
      {"/info/pubkey", off_curve},
      {"/info/pubkey", "zz"},
      {"/info/pubkey", "79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798"},
      {"/blossom/adapter", "nfs"},
  };
  for (const auto& [pointer, value] : wrong) {
    json config = relay_config("a");
    config[json::json_pointer(pointer)] = value;
    EXPECT_EQ(call("POST", "/relay/a", config).status, 400) << pointer << ' ' << value;
  }
}

TEST_F(ConfigTest, RefusesABodyThatIsNoJsonObject) {
  call("POST", "/relay/held", relay_config("held"));
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  for (const std::string& body : {std::string("{"), std::string(), std::string("[1]"), deep}) {
    for (const auto& [method, path] : {std::pair{"POST", "/relay/a"}, {"PATCH", "/relay/held"}}) {
      Outgoing outgoing{method, path, body, {}, {}};
      outgoing.headers.push_back(token(outgoing));
      EXPECT_EQ(send(outgoing).status, 400) << method << ' ' << body.substr(0, 20);
    }
  }
}

TEST_F(ConfigTest, RequiresTheS3SettingsForTheS3Adapter) {
  json config = relay_config("a");
  config["blossom"] = {
      {"enabled", true},
      {"adapter", "s3"},
      {"s3", {{"bucket", "b"}, {"region", "r"}, {"access_key", "k"}, {"secret_key", "s"}}}};
  for (const char* name : {"bucket", "region", "access_key", "secret_key"}) {
    json partial = config;
    partial["blossom"]["s3"].erase(name);
    const Received answer = call("POST", "/relay/a", partial);
    EXPECT_EQ(answer.status, 400) << name;
    EXPECT_EQ(error_of(answer),
              std::string("blossom.s3.") + name + " is required when blossom.adapter is s3");
  }
  EXPECT_EQ(call("POST", "/relay/a", config).status, 201);
  EXPECT_EQ(call("PATCH", "/relay/a", {{"blossom", {{"s3", nullptr}}}}).status, 400);
}

TEST_F(ConfigTest, DropsUnknownKeysAndFillsAbsentOnes) {
  json config = relay_config("a");
  config["livekit"] = {{"enabled", true}};
  config["surprise"] = {1, 2, 3};
  EXPECT_EQ(call("POST", "/relay/a", config).status, 201);
  const json livekit = {{"server_url", ""}, {"api_key", ""}, {"api_secret", ""}};
  EXPECT_EQ(held("a")["livekit"], livekit);
  EXPECT_FALSE(held("a").contains("surprise"));
  EXPECT_EQ(held("a")["blossom"]["adapter"], "local");
  EXPECT_EQ(held("a")["inactive"], false);
}

TEST_F(ConfigTest, KeepsOldCredentialsUnlessThePatchNullsThem) {
  json config = relay_config("a");
  config["livekit"] = {{"server_url", "wss://l"}, {"api_key", "k"}, {"api_secret", "s"}};
  call("POST", "/relay/a", config);

  EXPECT_EQ(call("PATCH", "/relay/a", {{"livekit", {{"enabled", false}}}}).status, 200);
  EXPECT_EQ(held("a")["livekit"]["api_key"], "k") << "the trap: LiveKit stays on";

  const json off = {
      {"livekit", {{"server_url", nullptr}, {"api_key", nullptr}, {"api_secret", nullptr}}}};
  EXPECT_EQ(call("PATCH", "/relay/a", off).status, 200);
  EXPECT_EQ(held("a")["livekit"]["server_url"], "");
  EXPECT_EQ(held("a")["livekit"]["api_key"], "");
}

TEST_F(ConfigTest, MergesObjectsAndReplacesArrays) {
  json config = relay_config("a");
  config["roles"]["admin"] = {{"pubkeys", {"x", "y"}}, {"can_manage", true}};
  call("POST", "/relay/a", config);
  call("PATCH", "/relay/a", {{"roles", {{"admin", {{"pubkeys", {"z"}}}}, {"member", nullptr}}}});
  const json expected = {
      {"admin", {{"pubkeys", {"z"}}, {"can_invite", false}, {"can_manage", true}}}};
  EXPECT_EQ(held("a")["roles"], expected);
}

TEST_F(ConfigTest, RefusesAPatchThatRemovesWhatIsRequired) {
  call("POST", "/relay/a", relay_config("a"));
  const Received answer = call("PATCH", "/relay/a", {{"host", nullptr}});
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(error_of(answer), "host is required");
}

}  // namespace
}  // namespace zooid_sim::test
