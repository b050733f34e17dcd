// Rows that only a program with the checks of SQLite off can write, or that it takes away: tender
// puts its own right, and gives a relay up with a reason.
#include <gmock/gmock.h>

#include "tender/outbox/host_state.hpp"
#include "tender/outbox/router.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::World;
using testing::HasSubstr;

void write_unchecked(World& world, const std::string& sql) {
  Database other(world.path, world.clock(), {});
  other.execute("PRAGMA ignore_check_constraints = ON; " + sql);
}

TEST(OddRows, GiveUpARelayOfAnUnknownStatusAndNoOther) {
  World world;
  const Relay odd = world.create("odd");
  const Relay blue = world.create("blue");
  write_unchecked(world, "UPDATE relay SET status = 'paused' WHERE subdomain = 'odd'");
  world.start();
  EXPECT_TRUE(world.get(blue).synced);
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_EQ(world.open_letters()[0].key, odd.id.text);
  EXPECT_THAT(world.open_letters()[0].error, HasSubstr("status"));
  static_cast<void>(world.command->activate_relay(odd.id));
  world.settle();
  EXPECT_TRUE(world.get(odd).synced);
}

TEST(OddRows, DoNotStopOtherRelays) {
  World world;
  for (const char* subdomain : {"one", "two", "three", "four"}) {
    static_cast<void>(world.create(subdomain));
  }
  write_unchecked(world,
                  "UPDATE relay SET live = 7, live_pushes = -9000000000 WHERE subdomain = 'one';"
                  "UPDATE relay SET settle_at = 9223372036854775807 WHERE subdomain = 'two';"
                  "UPDATE relay SET push_enabled = -3 WHERE subdomain = 'three';"
                  "UPDATE relay SET created_at = -9223372036854775807 - 1");
  world.start();
  world.clock().advance(24h);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
}

TEST(OddRows, OfTheOutboxArePutRightAtTheStart) {
  World world;
  const Relay blue = world.create("blue");
  const Relay red = world.create("red");
  world.database->execute("UPDATE router_offset SET seq = 2");
  write_unchecked(
      world,
      "INSERT INTO outbox (kind, key, not_before, priority, attempt, generation) VALUES "
      "('relay_sync', '" +
          blue.id.text +
          "', 0, 7, -3, -1), "
          "('relay_dance', '" +
          red.id.text + "', 0, 1, 0, 1)");
  world.start();
  world.clock().advance(1min);
  EXPECT_TRUE(world.query->list_relays_pending_sync().empty());
  EXPECT_FALSE(world.database->prepare("SELECT 1 FROM outbox").step());
}

TEST(OddRows, HostStateIsAsGoodAsNewWhenItsRowIsGone) {
  World world;
  world.database->execute("DELETE FROM host_state");
  world.zooid.script = [](const test::FakeZooid::Seen&) {
    test::FakeZooid::Action action;
    action.answer = test::failure(http::Fault::refused, /*written=*/false);
    return action;
  };
  world.start();
  for (const char* subdomain : {"a", "b", "c", "d", "e", "f"}) {
    static_cast<void>(world.create(subdomain));
  }
  world.settle();
  EXPECT_TRUE(outbox::read_host_state(*world.database).failing_since);
}

TEST(OddRows, ALostOffsetSetsOffNoRequestOfLongAgo) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.settle();
  world.command->reconcile_relay(relay, {.forced = true, .recreate = true});
  world.settle();
  ASSERT_EQ(world.zooid.count(Method::patch), 1);
  for (const char* sql : {"DELETE FROM router_offset", "UPDATE router_offset SET seq = -5",
                          "UPDATE router_offset SET seq = 9000000000000"}) {
    write_unchecked(world, sql);
    world.database->execute("UPDATE relay SET info_name = info_name || '!'");
    world.crash();
    world.start();
    EXPECT_TRUE(world.get(relay).synced) << sql;  // found by its row
    EXPECT_EQ(outbox::Router(*world.database).offset(), world.query->last_activity_seq()) << sql;
  }
  EXPECT_EQ(world.zooid.count(Method::patch), 4);
  world.rename(relay, "and the log is read on");
  world.settle();
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(OddRows, ALostOffsetIsFoundAtWork) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.settle();
  world.database->execute("DELETE FROM router_offset");
  world.rename(relay, "Deep blue");
  world.settle();
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(SchemaRule, GivesUpANewRelayWithAnOldSchemaAndLeavesOneThatZooidHas) {
  World world;
  world.start();
  const Relay old = world.create("old");
  world.settle();
  // As rows from before the rule are.
  world.database->execute(
      "DROP TRIGGER relay_schema_is_safe; DROP TRIGGER relay_identity_is_immutable;"
      "UPDATE relay SET schema = 'old_' WHERE subdomain = 'old';"
      "INSERT INTO relay (id, tenant, subdomain, schema) SELECT 'cp-1', tenant, 'fresh', '_fresh' "
      "FROM relay WHERE subdomain = 'old'");
  world.rename(old, "renamed");
  const Relay fresh = world.query->get_relay(RelayId{"cp-1"}).value();
  world.command->reconcile_relay(fresh, {});
  world.settle();
  EXPECT_TRUE(world.get(old).synced);
  EXPECT_FALSE(world.zooid.relays.contains("cp-1"));
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_THAT(world.open_letters()[0].error, HasSubstr("_fresh"));
}

TEST(ReservedHost, IsRefusedToARelay) {
  World world;
  world.env.reserved_subdomain = "blue";
  world.start();
  const Relay relay = world.create("blue");
  world.settle();
  EXPECT_TRUE(world.zooid.requests.empty());
  ASSERT_EQ(world.open_letters().size(), 1U);
  EXPECT_THAT(world.open_letters()[0].error, HasSubstr("ZOOID_API_URL"));
  RelayChange change;
  change.subdomain = "green";
  static_cast<void>(world.command->update_relay(relay.id, change));
  world.settle();
  EXPECT_TRUE(world.get(relay).synced);
}

}  // namespace
}  // namespace tender
