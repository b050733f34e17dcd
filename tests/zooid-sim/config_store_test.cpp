// The directory is the truth: what survives a restart, and what another hand does to the files.
#include <filesystem>
#include <fstream>

#include "zooid-sim/sim_test.hpp"

namespace zooid_sim::test {
namespace {

using nlohmann::json;

struct ConfigStoreTest : SimTest {
  std::filesystem::path config = directory.path() / "config";
  const RelayHistory& history(const std::string& id) { return sim->store().history().at(id); }

  void empty_the_directory() {
    for (const auto& entry : std::filesystem::directory_iterator(config)) {
      std::filesystem::remove_all(entry.path());
    }
  }
};

TEST_F(ConfigStoreTest, KeepsEverythingOverARestart) {
  json whole = relay_config("a");
  whole["inactive"] = true;
  whole["info"]["name"] = "Grüße \"quoted\" \\ back\nline\ttab '''x''' \"\"\" 🙂 \x01";
  whole["info"]["description"] = "";
  whole["policy"] = {{"public_join", true}, {"public_read", true}};
  whole["blossom"] = {
      {"enabled", true},
      {"adapter", "s3"},
      {"s3", {{"bucket", "b"}, {"region", "r"}, {"access_key", "k"}, {"secret_key", "s"}}}};
  whole["roles"]["a.b \"c\""] = {{"pubkeys", {"x", "y"}}, {"can_manage", true}};
  ASSERT_EQ(call("POST", "/relay/a", whole).status, 201);
  call("POST", "/relay/b", relay_config("b"));
  const json before = held("a");

  restart();
  EXPECT_EQ(held("a"), before);
  EXPECT_EQ(held("a")["info"]["name"], whole["info"]["name"]);
  EXPECT_FALSE(held("b").is_null());
  EXPECT_EQ(call("POST", "/relay/a", relay_config("a")).status, 409);
  EXPECT_EQ(history("b").creations, 0U);
  EXPECT_EQ(history("b").reloads, 0U);
}

TEST_F(ConfigStoreTest, WritesOneTomlFilePerRelayAndNothingElse) {
  call("POST", "/relay/a", relay_config("a"));
  call("PATCH", "/relay/a", json::object());
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(config)) {
    names.push_back(entry.path().filename().string());
  }
  EXPECT_EQ(names, std::vector<std::string>{"a.toml"});
}

TEST_F(ConfigStoreTest, KnowsNoRelaysOnceTheDirectoryIsEmptied) {
  call("POST", "/relay/a", relay_config("a"));
  empty_the_directory();
  const Received answer = call("PATCH", "/relay/a", json::object());
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(error_of(answer), "relay not found");
  EXPECT_EQ(call("GET", "/relay/a/members").status, 404);
  EXPECT_EQ(send({"GET", "/", {}, "a.example.com", {"Accept: application/nostr+json"}}).status,
            404);
  EXPECT_EQ(call("POST", "/relay/a", relay_config("a")).status, 201);
  EXPECT_EQ(history("a").creations, 2U);
}

TEST_F(ConfigStoreTest, NoticesFilesThatAnotherHandWrites) {
  call("POST", "/relay/a", relay_config("a"));
  std::filesystem::copy(config / "a.toml", config / "b.toml");
  EXPECT_EQ(held("b"), held("a"));
  std::ofstream(config / "b.toml") << "host = \"b.example.com\"\nschema = \"b\"\n";
  EXPECT_EQ(held("b")["host"], "b.example.com");
}

TEST_F(ConfigStoreTest, NoticesFilesThatAnotherHandRemovesOneByOne) {
  call("POST", "/relay/a", relay_config("a"));
  call("POST", "/relay/b", relay_config("b"));
  std::filesystem::remove(config / "a.toml");
  EXPECT_TRUE(held("a").is_null());
  EXPECT_FALSE(held("b").is_null());
}

TEST_F(ConfigStoreTest, NoticesThatAnotherDirectoryTookThePlace) {
  call("POST", "/relay/a", relay_config("a"));
  std::filesystem::rename(config, directory.path() / "away");
  EXPECT_TRUE(held("a").is_null());
  std::filesystem::create_directory(config);
  EXPECT_EQ(call("POST", "/relay/b", relay_config("b")).status, 201);
  std::filesystem::remove(config / "b.toml");
  EXPECT_TRUE(held("b").is_null()) << "the new directory is watched, too";
  std::filesystem::remove(config);
  std::filesystem::rename(directory.path() / "away", config);
  EXPECT_FALSE(held("a").is_null());
  EXPECT_TRUE(held("b").is_null());
}

TEST_F(ConfigStoreTest, WatchesADirectoryThatWasRemovedAndMadeAnew) {
  call("POST", "/relay/a", relay_config("a"));
  std::filesystem::remove_all(config);
  std::filesystem::create_directory(config);
  EXPECT_TRUE(held("a").is_null());
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_FALSE(held("a").is_null());
  std::filesystem::remove(config / "a.toml");
  EXPECT_TRUE(held("a").is_null());
}

TEST_F(ConfigStoreTest, Gives500ForAFileThatCannotBeRead) {
  call("POST", "/relay/a", relay_config("a"));
  std::ofstream(config / "a.toml", std::ios::trunc) << "host = ";
  EXPECT_EQ(call("PATCH", "/relay/a", json::object()).status, 500);
  EXPECT_EQ(call("GET", "/relay/a/members").status, 500);
  EXPECT_EQ(call("POST", "/relay/a", relay_config("a")).status, 409);
  EXPECT_EQ(call("POST", "/relay/b", relay_config("b")).status, 201);
  EXPECT_EQ(call("PUT", "/relay/a", relay_config("a")).status, 200);
  EXPECT_EQ(call("PATCH", "/relay/a", json::object()).status, 200);
}

TEST_F(ConfigStoreTest, CountsCreationsReloadsAndSecretChanges) {
  call("POST", "/relay/a", relay_config("a"));
  call("PATCH", "/relay/a", json::object());
  call("PATCH", "/relay/a", {{"host", nullptr}});
  EXPECT_EQ(history("a").creations, 1U);
  EXPECT_EQ(history("a").reloads, 2U);
  EXPECT_EQ(history("a").secret_changes, 0U);

  call("PATCH", "/relay/a", {{"secret", test_key(101).reveal_hex()}});
  EXPECT_EQ(history("a").secret_changes, 1U);
  call("DELETE", "/relay/a");
  call("POST", "/relay/a", relay_config("a"));
  EXPECT_EQ(history("a").creations, 2U);
  EXPECT_EQ(history("a").secret_changes, 2U) << "made anew with another identity";
}

TEST_F(ConfigStoreTest, DoesNotReadFilesOfOtherNames) {
  call("POST", "/relay/a", relay_config("a"));
  std::filesystem::copy(config / "a.toml", config / "b.toml.draft");
  std::filesystem::create_directory(config / "c.toml");
  restart();
  EXPECT_EQ(sim->store().relays().size(), 1U);
}

}  // namespace
}  // namespace zooid_sim::test
