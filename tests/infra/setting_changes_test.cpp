// A change of the environment reaches every relay that it concerns, or needs a person's consent.
#include "tender/infra/setting_changes.hpp"

#include <gmock/gmock.h>

#include "tender/base/error.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using infra::SettingChange;
using infra::SettingChanges;
using test::World;
using testing::HasSubstr;

struct Settings : testing::Test {
  Settings() { world.env.livekit = livekit("first-secret"); }

  static config::LivekitSettings livekit(const char* secret) {
    return {.url = "wss://live.test", .api_key = Secret("lk-key"), .api_secret = Secret(secret)};
  }

  Relay create(const std::string& subdomain, bool with_calls) {
    RelayChange change;
    change.tenant = test::kTenant;
    change.subdomain = subdomain;
    change.livekit_enabled = with_calls;
    return world.command->create_relay(change);
  }

  // Two relays with calls and one without, all in step.
  void live() {
    world.start();
    calls = create("calls", true);
    more = create("more", true);
    plain = create("plain", false);
    world.clock().advance(1s);
    world.stop();
  }

  void restart() {
    world.crash();
    world.zooid.requests.clear();
    world.start();
    world.clock().advance(1min);
  }

  [[nodiscard]] std::vector<SettingChange> changes() {
    return SettingChanges(*world.database, world.env).find();
  }
  [[nodiscard]] nlohmann::json& calls_of(const Relay& relay) {
    return world.zooid.relays[relay.id.text]["livekit"];
  }

  World world;
  Relay calls;
  Relay more;
  Relay plain;
};

TEST_F(Settings, AreRememberedAtTheFirstStart) {
  live();
  EXPECT_TRUE(changes().empty());
  restart();
  EXPECT_TRUE(world.zooid.requests.empty());
}

TEST_F(Settings, ReachEveryRelayThatTheyConcern) {
  live();
  world.env.livekit = livekit("second-secret");
  ASSERT_EQ(changes(), (std::vector<SettingChange>{{.name = "LIVEKIT",
                                                    .before = "wss://live.test",
                                                    .now = "wss://live.test",
                                                    .relays = 2}}));
  restart();
  EXPECT_EQ(world.zooid.count(Method::patch), 2);
  EXPECT_EQ(calls_of(calls)["api_secret"], "second-secret");
  EXPECT_EQ(calls_of(more)["api_secret"], "second-secret");
  EXPECT_TRUE(changes().empty());
  restart();
  EXPECT_TRUE(world.zooid.requests.empty());
}

// What an earlier version of tender sent, and the relays that it described otherwise.
TEST_F(Settings, ReachTheRelaysThatAnEarlierVersionSentInAnotherForm) {
  live();
  world.crash();
  world.database->execute("UPDATE setting SET digest = 'd', shown = 's' WHERE name = 'DEFAULTS'");
  world.database->execute("UPDATE relay SET synced_digest = 'd' WHERE subdomain <> 'more'");
  ASSERT_EQ(changes().size(), 1U);
  EXPECT_EQ(changes()[0].name, "DEFAULTS");
  EXPECT_EQ(changes()[0].relays, 3);
  EXPECT_FALSE(changes()[0].needs_consent);
  world.zooid.requests.clear();
  world.start();
  world.clock().advance(1min);
  EXPECT_EQ(world.syncs(), 2);
  EXPECT_TRUE(changes().empty());
}

TEST_F(Settings, ReachTheRelaysAlsoWhenTheOffsetIsLost) {
  live();
  world.env.livekit = livekit("second-secret");
  world.database->execute("DELETE FROM router_offset");
  restart();
  EXPECT_EQ(calls_of(calls)["api_secret"], "second-secret");
}

TEST_F(Settings, ReachTheRelaysAlsoWhenTheProcessDiesInBetween) {
  live();
  world.env.livekit = livekit("second-secret");
  world.crash();
  world.zooid.script = [](const test::FakeZooid::Seen&) {
    return test::FakeZooid::Action{.apply = false, .answer = {}, .latency = 1h};
  };
  world.start();
  world.crash();
  world.zooid.script = nullptr;
  world.start();
  world.clock().advance(5min);
  EXPECT_EQ(calls_of(calls)["api_secret"], "second-secret");
  EXPECT_EQ(calls_of(more)["api_secret"], "second-secret");
}

TEST_F(Settings, AreSentAgainWhenAChangeWasTakenBackBeforeItHadReachedAll) {
  live();
  world.env.relay_domain = "elsewhere.test";
  SettingChanges(*world.database, world.env).accept();
  SettingChanges(*world.database, world.env).begin(changes());
  world.zooid.relays[calls.id.text]["host"] = "calls.elsewhere.test";  // one was sent
  world.database->execute("UPDATE relay SET synced_digest = 'sent' WHERE subdomain = 'calls'");
  world.env.relay_domain = "relays.test";
  SettingChanges(*world.database, world.env).require_consent();
  restart();
  EXPECT_EQ(world.zooid.count(Method::patch), 1);
  EXPECT_EQ(world.zooid.relays[calls.id.text]["host"], "calls.relays.test");
  EXPECT_TRUE(changes().empty());
}

TEST_F(Settings, NeedConsentWhenTheyAreGone) {
  live();
  world.env.livekit.reset();
  ASSERT_EQ(changes().size(), 1U);
  EXPECT_TRUE(changes()[0].needs_consent);
  const SettingChanges settings(*world.database, world.env);
  try {
    settings.require_consent();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("LIVEKIT_* is no longer set; it was wss://live.test."));
    EXPECT_THAT(error.what(), HasSubstr("switch calls off for 2 relays"));
    EXPECT_THAT(error.remedy(), HasSubstr("tender settings accept"));
  }
  settings.accept();
  settings.require_consent();
  restart();
  EXPECT_EQ(world.zooid.count(Method::patch), 2);
  EXPECT_FALSE(calls_of(calls).contains("api_secret"));
}

TEST_F(Settings, NeedConsentWhenEveryRelayWouldMove) {
  live();
  world.env.relay_domain = "elsewhere.test";
  const SettingChanges settings(*world.database, world.env);
  try {
    settings.require_consent();
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("RELAY_DOMAIN changed from relays.test to elsewhere.test: 3 "
                          "relays would move"));
  }
  settings.accept();
  restart();
  EXPECT_EQ(world.zooid.relays[plain.id.text]["host"], "plain.elsewhere.test");
}

TEST_F(Settings, NeedNewConsentForAnotherChange) {
  live();
  world.env.relay_domain = "elsewhere.test";
  const SettingChanges settings(*world.database, world.env);
  settings.accept();
  world.env.relay_domain = "third.test";
  EXPECT_THROW(settings.require_consent(), Error);
}

TEST_F(Settings, NeedNoConsentWithoutARelayThatTheyConcern) {
  world.start();
  create("plain", false);
  world.clock().advance(1s);
  world.stop();
  world.env.livekit.reset();
  SettingChanges(*world.database, world.env).require_consent();
}

TEST_F(Settings, LeaveNoSecretInTheDatabase) {
  live();
  store::Statement rows = world.database->prepare("SELECT name || digest || shown FROM setting");
  int count = 0;
  while (rows.step()) {
    ++count;
    EXPECT_EQ(rows.text(0).find("first-secret"), std::string::npos);
    EXPECT_EQ(rows.text(0).find("lk-key"), std::string::npos);
  }
  EXPECT_EQ(count, 4);
}

}  // namespace
}  // namespace tender
