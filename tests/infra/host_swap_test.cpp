// Relays that are to have each other's hosts.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::World;

struct HostSwap : testing::Test {
  HostSwap() {
    world.env.relay_verify = config::RelayVerify::direct;
    world.start();
  }

  Relay live(const std::string& subdomain) {
    Relay relay = world.create(subdomain);
    world.clock().advance(10s);
    EXPECT_EQ(world.get(relay).taken_subdomain, subdomain);
    return relay;
  }

  // As a program does it, while no two rows have one subdomain.
  void rotate(const std::vector<Relay>& relays) {
    std::string sql = "BEGIN;";
    for (const Relay& relay : relays) {
      sql += fmt::format("UPDATE relay SET subdomain = 'x-{0}' WHERE id = '{0}';", relay.id.text);
    }
    for (std::size_t i = 0; i < relays.size(); ++i) {
      const Relay& next = relays[(i + 1) % relays.size()];
      sql += fmt::format(
          "UPDATE relay SET subdomain = '{}' WHERE id = '{}'; INSERT INTO activity (tenant, "
          "activity_type, resource_type, resource_id) SELECT tenant, 'update_relay', 'relay', id "
          "FROM relay WHERE id = '{}';",
          next.subdomain, relays[i].id.text, relays[i].id.text);
    }
    world.crash();
    world.database->execute(sql + "COMMIT;");
    world.start();
  }

  [[nodiscard]] std::string host(const Relay& relay) {
    return world.zooid.relays[relay.id.text]["host"];
  }

  [[nodiscard]] int parkings() const {
    return static_cast<int>(std::ranges::count_if(world.zooid.requests, [](const auto& seen) {
      return seen.body.is_object() && seen.body.value("host", "").starts_with("tender-parked-");
    }));
  }

  World world;
};

TEST_F(HostSwap, SucceedsByParkingOneOfThem) {
  const Relay blue = live("blue");
  const Relay green = live("green");
  const std::string identity = world.get(blue).identity;
  rotate({blue, green});
  world.clock().advance(15s);
  EXPECT_EQ(host(blue), "green.relays.test");
  EXPECT_EQ(host(green), "blue.relays.test");
  EXPECT_TRUE(world.get(blue).synced);
  EXPECT_TRUE(world.get(green).synced);
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(parkings(), 1);
  world.clock().advance(1min);
  EXPECT_EQ(world.get(blue).identity, identity);
  EXPECT_EQ(world.get(blue).live, true);
  EXPECT_TRUE(world.get(blue).other_identity.empty());
}

TEST_F(HostSwap, SucceedsWithoutLooksAndWithARelayThatIsOff) {
  world.env.relay_verify = config::RelayVerify::off;
  const Relay blue = live("blue");
  const Relay green = live("green");
  static_cast<void>(world.command->deactivate_relay(green.id));
  world.clock().advance(10s);
  rotate({blue, green});
  world.clock().advance(15s);
  EXPECT_EQ(host(blue), "green.relays.test");
  EXPECT_EQ(host(green), "blue.relays.test");
  EXPECT_EQ(parkings(), 1);
}

// zooid answers before it reloads a relay, so for a while it serves the other one at the host.
TEST_F(HostSwap, TakesNothingOverFromTheRelayThatHadTheHostBefore) {
  const Relay blue = live("blue");
  const Relay green = live("green");
  world.zooid.stale = world.zooid.relays;
  rotate({blue, green});
  world.clock().advance(20s);
  EXPECT_EQ(host(blue), "green.relays.test");
  world.zooid.stale.clear();
  world.clock().advance(2min);
  for (const Relay& relay : {blue, green}) {
    EXPECT_EQ(world.get(relay).info_name, relay.info_name);
    EXPECT_EQ(world.logged(relay, ActivityType::adopt_relay_info), 0);
    EXPECT_EQ(world.logged(relay, ActivityType::notice_relay_identity), 0);
    EXPECT_EQ(world.get(relay).live, true);
  }
}

// Rows of an earlier version, or of another program.
TEST_F(HostSwap, LearnsNoIdentityFromTheRelayThatHadTheHostBefore) {
  const Relay blue = live("blue");
  const Relay green = live("green");
  const std::string identity = world.get(green).identity;
  world.crash();
  world.database->execute("UPDATE relay SET identity = '' WHERE subdomain = 'green'");
  world.start();
  world.zooid.stale = world.zooid.relays;
  rotate({blue, green});
  world.clock().advance(20s);
  EXPECT_EQ(world.get(green).identity, "");
  world.zooid.stale.clear();
  world.clock().advance(2min);
  EXPECT_EQ(world.get(green).identity, identity);
  EXPECT_EQ(world.get(green).info_name, green.info_name);
  EXPECT_EQ(world.get(green).live, true);
}

// A restored backup, or a copied file with another host and schema.
TEST_F(HostSwap, TakesNoRelayForAnotherOnlyBecauseBothHaveOneIdentity) {
  const Relay blue = live("blue");
  const Relay green = live("green");
  world.zooid.relays[green.id.text]["secret"] = world.zooid.relays[blue.id.text]["secret"];
  world.crash();
  world.database->execute("UPDATE relay SET identity = '" + world.get(blue).identity + "'");
  world.start();
  world.env.relay_sweep = 1h;
  world.command->reconcile_relay(world.get(green), {.forced = true});
  world.clock().advance(1h);
  EXPECT_EQ(world.get(green).live, true);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(HostSwap, GoesOnAfterACrashBetweenItsHalves) {
  const Relay blue = live("blue");
  const Relay green = live("green");
  rotate({blue, green});
  while (parkings() == 0) {
    world.clock().advance(10ms);
  }
  world.clock().advance(10ms);
  const auto parked = store::Query(*world.database).count_relays(TimePoint::min()).parked;
  EXPECT_EQ(parked, 1);
  world.crash();
  world.start();
  world.clock().advance(15s);
  EXPECT_EQ(host(blue), "green.relays.test");
  EXPECT_EQ(host(green), "blue.relays.test");
  EXPECT_EQ(world.get(blue).taken_subdomain, "green");
  EXPECT_EQ(world.get(green).taken_subdomain, "blue");
  EXPECT_EQ(store::Query(*world.database).count_relays(TimePoint::min()).parked, 0);
}

TEST_F(HostSwap, SucceedsInACircleOfFour) {
  const std::vector<Relay> relays{live("blue"), live("green"), live("red"), live("white")};
  rotate(relays);
  world.clock().advance(15s);
  for (std::size_t i = 0; i < relays.size(); ++i) {
    EXPECT_EQ(host(relays[i]), relays[(i + 1) % relays.size()].subdomain + ".relays.test");
  }
  EXPECT_TRUE(world.open_letters().empty());
  EXPECT_EQ(parkings(), 1);
}

TEST_F(HostSwap, ParksNobodyForARelayThatIsNotTriedAgain) {
  world.env.relay_sync_retry_max_attempts = 1;
  const Relay blue = live("blue");
  const Relay green = live("green");
  auto& stranger = world.zooid.relays["one"] = world.zooid.relays[blue.id.text];
  stranger["host"] = "one.relays.test";
  stranger["schema"] = "one";
  stranger["secret"] = std::string(63, '1') + "2";
  const auto move = [&](const Relay& relay, const char* subdomain) {
    RelayChange change;
    change.subdomain = subdomain;
    static_cast<void>(world.command->update_relay(relay.id, change));
    world.clock().advance(1h);
  };
  move(green, "one");
  move(blue, "green");
  ASSERT_EQ(world.open_letters().size(), 2U);
  move(green, "blue");
  EXPECT_EQ(parkings(), 0);
  EXPECT_EQ(host(green), "green.relays.test");
  ASSERT_EQ(world.open_letters().size(), 2U);
  for (const Relay& relay : {blue, green}) {
    world.command->reconcile_relay(world.get(relay), {});
  }
  world.clock().advance(15s);
  EXPECT_EQ(host(blue), "green.relays.test");
  EXPECT_EQ(host(green), "blue.relays.test");
}

TEST_F(HostSwap, ParksNobodyWhenAStrangerHasTheHost) {
  const Relay blue = live("blue");
  const Relay green = live("green");
  for (const char* name : {"one", "two"}) {
    auto& stranger = world.zooid.relays[name] = world.zooid.relays[blue.id.text];
    stranger["host"] = fmt::format("{}.relays.test", name);
    stranger["schema"] = name;
    stranger["secret"] = std::string(63, '1') + name[0];
  }
  RelayChange change;
  change.subdomain = "one";
  static_cast<void>(world.command->update_relay(blue.id, change));
  change.subdomain = "two";
  static_cast<void>(world.command->update_relay(green.id, change));
  world.clock().advance(1h);
  EXPECT_EQ(world.open_letters().size(), 2U);
  EXPECT_EQ(host(blue), "blue.relays.test");
  EXPECT_EQ(parkings(), 0);
}

// blue gives up its host while it is sent with it once more, so the host is free only after that.
TEST_F(HostSwap, IsNotTriedBeforeTheHostIsFree) {
  const Relay blue = live("blue");
  for (const char* const other : {"one", "two", "three"}) {
    live(other);  // so that more than one request goes out at a time
  }
  world.zooid.script = [&](const test::FakeZooid::Seen& seen) {
    test::FakeZooid::Action action;
    if (seen.relay == blue.id.text) {
      action.latency = seen.body.value("host", "") == "blue.relays.test" ? 3s : 1s;
    }
    return action;
  };
  world.command->reconcile_relay(world.get(blue), {.forced = true});
  world.clock().advance(500ms);
  RelayChange change;
  change.subdomain = "azure";
  static_cast<void>(world.command->update_relay(blue.id, change));
  const Relay heir = world.create("blue");
  world.clock().advance(30s);
  EXPECT_EQ(host(blue), "azure.relays.test");
  EXPECT_EQ(host(heir), "blue.relays.test");
  EXPECT_EQ(std::ranges::count_if(world.zooid.requests,
                                  [&](const auto& seen) { return seen.relay == heir.id.text; }),
            2);
}

TEST_F(HostSwap, ParksNoRelayForAHostThatItHadItself) {
  const Relay blue = live("blue");
  auto& stranger = world.zooid.relays["one"] = world.zooid.relays[blue.id.text];
  stranger["schema"] = "one";
  stranger["secret"] = std::string(63, '1') + "2";
  world.zooid.relays[blue.id.text]["host"] = "elsewhere.relays.test";
  world.command->reconcile_relay(world.get(blue), {.forced = true});
  world.clock().advance(1h);
  EXPECT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(host(blue), "elsewhere.relays.test");
  EXPECT_EQ(parkings(), 0);
}

}  // namespace
}  // namespace tender
