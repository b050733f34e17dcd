// tender sees zooid's config files: what NIP-11 does not show is drift, too, and what zooid has yet
// to load from them is not.
#include <algorithm>
#include <fstream>
#include <sstream>
#include <utility>

#include <gmock/gmock.h>

#include "tender/model/drift_detail.hpp"

#include "support/log_sink.hpp"
#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using config::RelayDrift;
using test::World;
using testing::HasSubstr;

// In one line: JSON's texts are TOML's, and its objects become inline tables.
std::string toml_of(const nlohmann::json& value) {
  if (!value.is_object()) {
    return value.dump();
  }
  std::string members;
  for (const auto& [name, member] : value.items()) {
    members += fmt::format("{}{} = {}", members.empty() ? "" : ", ", name, toml_of(member));
  }
  return '{' + members + '}';
}

struct ConfigFiles : testing::Test {
  ConfigFiles() {
    world.env.relay_verify = config::RelayVerify::direct;
    world.env.relay_sweep = 1h;
    world.env.zooid_config_dir = directory.path();
  }

  // Writes what the zooid in memory holds into its files.
  void write_files() {
    for (const auto& entry : std::filesystem::directory_iterator(directory.path())) {
      if (!world.zooid.relays.contains(entry.path().stem())) {
        std::filesystem::remove(entry.path());
        written.erase(entry.path().stem());
      }
    }
    for (const auto& [id, config] : world.zooid.relays) {
      std::string text;
      for (const auto& [name, member] : config.items()) {
        text += fmt::format("{} = {}\n", name, toml_of(member));
      }
      if (!written.contains(id) || written[id] != text) {
        std::ofstream(directory.path() / (id + ".toml")) << text;
        written[id] = text;
      }
    }
  }

  void pass(Milliseconds time) {
    for (Milliseconds left = time; left > 0ms; left -= 1s) {
      write_files();
      world.clock().advance(1s);
    }
  }

  Relay live(const std::string& subdomain = "blue") {
    if (!started) {
      world.start();
      started = true;
    }
    const Relay relay = world.create(subdomain);
    pass(10s);
    EXPECT_EQ(world.get(relay).live, true);
    return world.get(relay);
  }

  // The relay that zooid serves stays as it is.
  void change_file_only(const Relay& relay, const char* section, const char* name,
                        const nlohmann::json& value) {
    world.zooid.stale[relay.id.text] = file(relay);
    file(relay)[section][name] = value;
  }

  nlohmann::json& file(const Relay& relay) { return world.zooid.relays[relay.id.text]; }

  World world;
  bool started = false;
  test::TempDir directory;
  std::map<std::string, std::string> written;
};

TEST_F(ConfigFiles, ShowNothingWhenAllIsInStep) {
  const Relay relay = live();
  pass(3h);
  EXPECT_EQ(world.syncs(), 1);
  EXPECT_TRUE(world.drifts(relay).empty());
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(ConfigFiles, ShowAndRestoreWhatNip11DoesNotShow) {
  const Relay relay = live();
  file(relay)["policy"]["public_join"] = true;
  pass(90min);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].answer, DriftAnswer::enforce);
  EXPECT_EQ(world.drifts(relay)[0].fields,
            (std::vector<FieldDrift>{
                {.field = "policy_public_join", .desired = "false", .observed = "true"}}));
  EXPECT_EQ(file(relay)["policy"]["public_join"], false);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_EQ(world.syncs(), 2);
}

TEST_F(ConfigFiles, RestoreWhatIsNoFieldOfTheRow) {
  const Relay relay = live();
  file(relay)["roles"]["admin"]["can_manage"] = false;
  pass(90min);
  EXPECT_EQ(file(relay)["roles"]["admin"]["can_manage"], true);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].fields[0].field, "roles.admin.can_manage");
}

// No reload to wait for: zooid has written the file before it answered, and somebody else since.
TEST_F(ConfigFiles, ArePutRightAtOnceWhenSomebodyWritesThemRightAfterTender) {
  const Relay relay = live();
  world.rename(relay, "New");
  world.clock().advance(1s);
  file(relay)["policy"]["public_join"] = true;
  pass(10s);
  EXPECT_EQ(file(relay)["policy"]["public_join"], false);
  EXPECT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.syncs(), 3);
}

TEST_F(ConfigFiles, MakeAFightOfAProgramThatRewritesThemAtOnceAlsoWithoutASweep) {
  world.env.relay_sweep = 0s;
  const Relay relay = live();
  world.rename(relay, "New");
  for (int i = 0; i < 60; ++i) {
    file(relay)["policy"]["public_join"] = true;
    pass(1s);
  }
  EXPECT_LE(world.syncs(), 2 + 3);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, "contested");
}

TEST_F(ConfigFiles, ArePutRightAtOnceWhenTheySwitchARelayOffOrOn) {
  const Relay relay = live();
  file(relay)["inactive"] = true;
  pass(1h + 40s);
  EXPECT_EQ(file(relay)["inactive"], false);
  EXPECT_EQ(world.syncs(), 2);
  static_cast<void>(world.command->deactivate_relay(relay.id));
  pass(10s);
  file(relay)["inactive"] = false;
  pass(1h + 40s);
  EXPECT_EQ(file(relay)["inactive"], true);
}

// What the looks have shown tells who has whose host, so the relays make room for each other.
TEST_F(ConfigFiles, TellWhoHasWhichHostWhenSomebodySwapsThem) {
  const Relay blue = live();
  const Relay green = live("green");
  std::swap(file(blue)["host"], file(green)["host"]);
  pass(75min);
  ASSERT_EQ(world.open_letters().size(), 2U);
  for (const Relay& relay : {blue, green}) {
    world.command->reconcile_relay(world.get(relay), {});
  }
  pass(1min);
  for (const Relay& relay : {blue, green}) {
    EXPECT_EQ(file(relay)["host"], relay.subdomain + ".relays.test");
    ASSERT_FALSE(world.drifts(relay).empty());
    ASSERT_FALSE(world.drifts(relay)[0].fields.empty()) << world.drifts(relay)[0].reason;
    EXPECT_EQ(world.drifts(relay)[0].fields[0].field, "host");
    EXPECT_EQ(world.get(relay).taken_subdomain, relay.subdomain);
    EXPECT_EQ(world.get(relay).live, true);
  }
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(ConfigFiles, TellThatARelayHasTheSecretOfAnother) {
  const Relay blue = live();
  const Relay green = live("green");
  file(green)["secret"] = file(blue)["secret"];
  pass(70min);
  EXPECT_EQ(world.get(green).live, true);
  EXPECT_EQ(world.get(green).other_identity, blue.identity);
  EXPECT_EQ(world.logged(green, ActivityType::notice_relay_identity), 1);
  EXPECT_EQ(world.syncs(), 2);
}

TEST_F(ConfigFiles, LetWhatTheyShowBeAdoptedOrOnlyReported) {
  world.env.relay_drift = RelayDrift::adopt;
  const Relay relay = live();
  file(relay)["policy"]["public_join"] = true;
  pass(90min);
  EXPECT_TRUE(world.get(relay).policy_public_join);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.syncs(), 1);
  world.env.relay_drift = RelayDrift::report;
  file(relay)["policy"]["public_join"] = false;
  pass(3h);
  EXPECT_TRUE(world.get(relay).policy_public_join);
  EXPECT_EQ(world.syncs(), 1);
  ASSERT_EQ(world.drifts(relay).size(), 2U);
  EXPECT_EQ(world.drifts(relay)[1].answer, DriftAnswer::report);
}

TEST_F(ConfigFiles, ShowAnOwnersEditBeforeZooidHasLoadedIt) {
  const Relay relay = live();
  change_file_only(relay, "info", "name", "Owner's");
  pass(10h);
  EXPECT_EQ(world.get(relay).info_name, "Owner's");
  EXPECT_EQ(file(relay)["info"]["name"], "Owner's");
  EXPECT_EQ(world.logged(relay, ActivityType::adopt_relay_info), 1);
}

TEST_F(ConfigFiles, TellAFileThatZooidDoesNotLoadFromALostRelay) {
  const Relay relay = live();
  world.zooid.stale[relay.id.text] = file(relay);
  world.zooid.stale[relay.id.text]["info"]["name"] = "Earlier";
  for (int i = 0; i < 62 * 60 && world.drifts(relay).empty(); ++i) {
    pass(1s);
  }
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_TRUE(world.drifts(relay)[0].fields.empty());
  EXPECT_THAT(world.drifts(relay)[0].reason, HasSubstr("it shows the name \"Earlier\""));
  EXPECT_EQ(world.get(relay).info_name, "blue");
  EXPECT_EQ(world.syncs(), 1);
  pass(5min);
  EXPECT_EQ(world.syncs(), 2);  // waiting has not helped
}

TEST_F(ConfigFiles, MakeADeadLetterOfADamagedFile) {
  const Relay relay = live();
  world.zooid.stale[relay.id.text] = file(relay);
  file(relay) = nlohmann::json::object();
  pass(2h);
  EXPECT_THAT(world.drifts(relay)[0].reason, HasSubstr("zooid's file of it is damaged"));
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].reason, outbox::to_string(outbox::DeadLetterReason::torn));
}

TEST_F(ConfigFiles, MakeOneAlarmOfManyDamagedFiles) {
  world.start();
  std::vector<Relay> relays;
  for (int i = 0; i < 12; ++i) {
    relays.push_back(world.create("r" + std::to_string(i)));
  }
  pass(90min);
  ASSERT_EQ(world.query->count_relays().live, 12);
  for (const Relay& relay : relays) {
    world.zooid.stale[relay.id.text] = file(relay);
    file(relay) = nlohmann::json::object();
  }
  pass(90min);
  EXPECT_EQ(world.query->count_relays().not_served, 12);
  EXPECT_LE(world.open_letters().size(), 1U);
}

TEST_F(ConfigFiles, AreNotBelievedWhenZooidServesTheRelayWithoutThem) {
  const Relay relay = live();
  std::filesystem::remove(directory.path() / (relay.id.text + ".toml"));
  world.clock().advance(3h);
  EXPECT_EQ(world.get(relay).live, true);
  std::filesystem::remove_all(directory.path());
  world.clock().advance(3h);
  EXPECT_EQ(world.get(relay).live, true);
  EXPECT_TRUE(world.drifts(relay).empty());
}

TEST_F(ConfigFiles, ShowWhatAnImportedRelayHasOtherwise) {
  const Relay relay = live();
  world.stop();
  world.database->execute("DELETE FROM relay; DELETE FROM relay_past; DELETE FROM activity");
  world.env.relay_drift = RelayDrift::report;
  world.crash();
  world.start();
  file(relay)["livekit"] = {{"server_url", "wss://calls.test"}};
  Relay imported = relay;
  imported.livekit_enabled = true;
  static_cast<void>(world.command->import_relay(imported, ""));
  EXPECT_TRUE(world.get(relay).synced);
  pass(90min);
  ASSERT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(world.drifts(relay)[0].fields[0].field, "livekit.server_url");
  EXPECT_EQ(world.syncs(), 1);
}

TEST_F(ConfigFiles, DoNotMakeAFightOfWhatAnOlderZooidDrops) {
  world.zooid.generation = test::Generation::a;
  const Relay relay = live();
  RelayChange change;
  change.policy_public_read = true;
  static_cast<void>(world.command->update_relay(relay.id, change));
  pass(3h);
  EXPECT_FALSE(file(relay)["policy"].contains("public_read"));
  EXPECT_EQ(world.syncs(), 2);
  EXPECT_TRUE(world.drifts(relay).empty());
  EXPECT_EQ(world.get(relay).live, true);
}

TEST_F(ConfigFiles, TellOnceWhatAnOlderZooidDropsAndForHowManyRelays) {
  std::ostringstream log;
  world.logger->sinks().push_back(test::log_sink(log));
  world.logger->set_level(spdlog::level::warn);
  world.zooid.generation = test::Generation::a;
  live("plain");
  EXPECT_EQ(log.str(), "");
  for (const char* subdomain : {"blue", "green"}) {
    const Relay relay = world.create(subdomain);
    RelayChange change;
    change.policy_public_read = true;
    change.policy_public_write = subdomain == std::string("blue");
    static_cast<void>(world.command->update_relay(relay.id, change));
  }
  pass(3h);
  const std::string first = log.str();
  EXPECT_THAT(first, HasSubstr("policy_public_read, for 2 relays; policy_public_write, for 1 "
                               "relay. Upgrade zooid, then run"));
  EXPECT_EQ(std::ranges::count(first, '\n'), 1);
  log.str("");
  world.crash();
  world.start();
  pass(2h);
  EXPECT_EQ(std::ranges::count(log.str(), '\n'), 1) << log.str();
  world.logger->sinks().pop_back();
}

TEST_F(ConfigFiles, AreLookedAtSoonAfterSomebodyWritesThem) {
  const Relay relay = live();
  file(relay)["policy"]["public_join"] = true;
  write_files();
  world.infra->notice_file(relay.id);
  world.infra->notice_file(RelayId{"stranger"});
  pass(5s);
  EXPECT_EQ(world.drifts(relay).size(), 1U);
  EXPECT_EQ(file(relay)["policy"]["public_join"], false);
  const auto looks = world.zooid.looks.size();
  world.infra->notice_file(relay.id);  // zooid has written what we sent
  pass(5s);
  EXPECT_LE(world.zooid.looks.size(), looks + 1);
}

TEST_F(ConfigFiles, AreLeftAloneWithoutASweep) {
  world.env.relay_sweep = 0h;
  const Relay relay = live();
  file(relay)["policy"]["public_join"] = true;
  world.infra->notice_file(relay.id);
  pass(1min);
  EXPECT_TRUE(world.drifts(relay).empty());
  EXPECT_EQ(world.syncs(), 1);
}

}  // namespace
}  // namespace tender
