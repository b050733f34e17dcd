// Rows that only a program with the checks of SQLite off can write, or that it takes away: tender
// puts its own right, and gives a relay up with a reason.
#include <gmock/gmock.h>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/router.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::World;
using testing::HasSubstr;

void write_unchecked(World& world, const std::string& sql) {
  store::Database other(world.path, world.clock(), {});
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
  world.run_ready();
  EXPECT_TRUE(world.get(odd).synced);
}

TEST(OddRows, DoNotStopOtherRelays) {
  World world;
  for (const char* subdomain : {"one", "two", "three", "four"}) {
    static_cast<void>(world.create(subdomain));
  }
  write_unchecked(world,
                  "UPDATE relay SET live = 7, live_pushes = -9000000000 WHERE subdomain = 'one';"
                  "UPDATE relay SET doubt_until = 9223372036854775807 WHERE subdomain = 'two';"
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
  const auto count = [&](const char* sql) {
    store::Statement row = world.database->prepare(sql);
    row.step();
    return row.integer(0);
  };
  EXPECT_EQ(count("SELECT count(*) FROM outbox WHERE kind <> 'relay_dance'"), 0);
  EXPECT_EQ(count("SELECT count(*) FROM outbox"), 1);  // it may be a newer tender's
}

TEST(OddRows, DestinationStateIsAsGoodAsNewWhenItsRowIsGone) {
  World world;
  world.database->execute("DELETE FROM destination_state");
  world.zooid.script = [](const test::FakeZooid::Seen&) {
    test::FakeZooid::Action action;
    action.answer = test::failure(http::Fault::refused, /*written=*/false);
    return action;
  };
  world.start();
  for (const char* subdomain : {"a", "b", "c", "d", "e", "f"}) {
    static_cast<void>(world.create(subdomain));
  }
  world.run_ready();
  EXPECT_TRUE(outbox::read_destination_state(*world.database, infra::kZooid).failing_since);
}

TEST(OddRows, ALostOffsetSetsOffNoRequestOfLongAgo) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.command->reconcile_relay(relay, {.forced = true, .recreate = true});
  world.run_ready();
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
  world.run_ready();
  EXPECT_TRUE(world.get(relay).synced);
}

TEST(OddRows, ALostOffsetIsFoundAtWork) {
  World world;
  world.start();
  const Relay relay = world.create("blue");
  world.run_ready();
  world.database->execute("DELETE FROM router_offset");
  world.rename(relay, "Deep blue");
  world.run_ready();
  EXPECT_TRUE(world.get(relay).synced);
}

}  // namespace
}  // namespace tender
