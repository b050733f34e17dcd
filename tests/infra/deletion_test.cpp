// Relays that are deleted: zooid's copy goes, the row stays as a tombstone, and nothing brings the
// relay back.
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tender/infra/retention.hpp"
#include "tender/model/sync_detail.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/tombstones.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using http::Method;
using test::FakeZooid;
using test::World;

struct Deletion : testing::Test {
  Deletion() {
    world.start();
    relay = world.create("blue");
    world.run_ready();
    world.zooid.script = [this](const FakeZooid::Seen& seen) { return answer(seen); };
  }

  FakeZooid::Action answer(const FakeZooid::Seen& seen) {
    FakeZooid::Action action;
    if (seen.method == Method::delete_ && fails) {
      action.apply = false;
      action.answer = test::answer(500, R"({"error":"failed to delete config: boom"})");
    }
    if (away) {
      action.apply = false;
      action.answer = test::failure(http::Fault::refused, /*written=*/false);
    }
    if (lose_next) {
      lose_next = false;
      late = seen;
      action.apply = false;
      action.answer = test::failure(http::Fault::timeout, /*written=*/true);
    }
    action.latency = latency;
    return action;
  }

  void remove() { static_cast<void>(world.command->delete_relay(relay.id)); }
  [[nodiscard]] bool zooid_has(const Relay& which) const {
    return world.zooid.relays.contains(which.id.text);
  }

  World world;
  Relay relay;
  bool fails = false;
  bool away = false;
  bool lose_next = false;
  std::optional<FakeZooid::Seen> late;
  Milliseconds latency{};
};

TEST_F(Deletion, TakesTheRelayOutOfZooidAndKeepsTheRow) {
  remove();
  world.run_ready();
  EXPECT_EQ(world.zooid.count(Method::delete_), 1);
  EXPECT_FALSE(zooid_has(relay));
  EXPECT_EQ(world.get(relay).status, RelayStatus::deleted);
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.query->list_relays().empty());
  const auto log = world.query->list_latest_activity(relay.id, 2);
  ASSERT_EQ(log.size(), 2U);
  EXPECT_EQ(log[0].activity_type, "delete_relay");
  EXPECT_EQ(read_completion_detail(log[1]).result, SyncResult::deleted);
}

TEST_F(Deletion, SendsNothingMore) {
  remove();
  world.clock().advance(24h);
  world.crash();
  world.start();
  world.clock().advance(24h);
  remove();
  world.clock().advance(1h);
  EXPECT_EQ(world.zooid.count(Method::delete_), 1);
  EXPECT_EQ(world.zooid.requests.size(), 2U);
}

TEST_F(Deletion, IsDoneWhenZooidNeverHadTheRelay) {
  world.zooid.relays.clear();
  remove();
  world.run_ready();
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(Deletion, FreesTheSubdomainAtOnce) {
  remove();
  const Relay heir = world.create("blue");
  world.clock().advance(5s);
  EXPECT_FALSE(zooid_has(relay));
  EXPECT_TRUE(zooid_has(heir));
  EXPECT_TRUE(world.get(heir).synced);
  EXPECT_EQ(world.logged(heir, ActivityType::fail_relay_sync), 0);
}

TEST_F(Deletion, IsRepeatedWhenAPersonAsks) {
  remove();
  world.run_ready();
  world.zooid.relays[relay.id.text] = {{"host", "blue.relays.test"}};  // somebody put it back
  world.command->reconcile_relay(world.get(relay), {});
  world.run_ready();
  EXPECT_FALSE(zooid_has(relay));
}

TEST_F(Deletion, IsWaitedForByWhoeverGetsTheSubdomain) {
  fails = true;
  remove();
  const Relay heir = world.create("blue");
  world.clock().advance(20s);
  EXPECT_EQ(world.zooid.count(Method::post), 1);  // of the first
  EXPECT_EQ(world.logged(heir, ActivityType::fail_relay_sync), 0);
  fails = false;
  world.clock().advance(1min);
  EXPECT_TRUE(world.get(heir).synced);
  EXPECT_EQ(world.logged(heir, ActivityType::fail_relay_sync), 0);
}

TEST_F(Deletion, KeepsItsWaitAfterAFailureWhoeverWaitsForTheSubdomain) {
  fails = true;
  remove();
  world.run_ready();
  ASSERT_EQ(world.zooid.count(Method::delete_), 1);
  world.command->reconcile_relay(world.create("blue"), {});  // more urgent than the deletion
  world.clock().advance(500ms);
  EXPECT_EQ(world.zooid.count(Method::delete_), 1);
}

TEST_F(Deletion, IsWaitedForWhenTheClockWasSetBack) {
  fails = true;
  remove();
  const Relay heir = world.create("blue");
  world.run_ready();
  fails = false;
  latency = 1s;
  world.clock().jump(-2h);
  world.clock().advance(2min);
  EXPECT_FALSE(zooid_has(relay));
  EXPECT_TRUE(world.get(heir).synced);
}

TEST_F(Deletion, NeedsNoValidRow) {
  world.database->execute("UPDATE relay SET info_icon = 'no url'");
  world.command->reconcile_relay(world.get(relay), {});
  world.run_ready();
  ASSERT_EQ(world.open_letters().size(), 1U);
  remove();
  world.run_ready();
  EXPECT_FALSE(zooid_has(relay));
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(Deletion, WaitsForAPersonWhenZooidCannot) {
  fails = true;
  remove();
  const Relay heir = world.create("blue");
  world.clock().advance(24h);
  ASSERT_EQ(world.open_letters().size(), 2U);  // the heir's names the host
  EXPECT_EQ(world.open_letters()[0].key, relay.id.text);
  EXPECT_NE(world.open_letters()[1].error.find("host"), std::string::npos);
  fails = false;
  world.command->reconcile_relay(world.get(relay), {});
  world.command->reconcile_relay(world.get(heir), {});
  world.clock().advance(1min);
  EXPECT_FALSE(zooid_has(relay));
  EXPECT_TRUE(world.get(heir).synced);
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(Deletion, OutlivesAnOutageOfZooid) {
  away = true;
  remove();
  world.clock().advance(10min);
  EXPECT_TRUE(zooid_has(relay));
  world.crash();
  world.start();
  away = false;
  world.clock().advance(20min);
  EXPECT_FALSE(zooid_has(relay));
  EXPECT_TRUE(world.get(relay).synced);
}

TEST_F(Deletion, SupersedesAnUpdateInFlight) {
  latency = 2s;
  world.rename(relay, "late name");
  world.clock().advance(1s);
  remove();
  world.clock().advance(10s);
  EXPECT_FALSE(zooid_has(relay));
  EXPECT_TRUE(world.get(relay).synced);
  EXPECT_EQ(world.zooid.count(Method::patch), 1);
}

TEST_F(Deletion, IsRepeatedWhenAnEarlierCreationMayStillArrive) {
  lose_next = true;
  const Relay green = world.create("green");
  world.run_ready();
  ASSERT_TRUE(late);
  static_cast<void>(world.command->delete_relay(green.id));
  world.run_ready();
  EXPECT_TRUE(world.get(green).doubt_until);
  world.zooid.relays[green.id.text] = late->body;  // it arrives
  world.clock().advance(5min);
  EXPECT_FALSE(zooid_has(green));
  EXPECT_FALSE(world.get(green).doubt_until);
}

TEST_F(Deletion, IsFoundWhenAProgramWroteItWithoutAnActivity) {
  world.database->execute("UPDATE relay SET status = 'deleted'");
  world.crash();
  world.start();
  EXPECT_FALSE(zooid_has(relay));
}

TEST_F(Deletion, CoversAnInactiveRelayThatZooidHasExactlySo) {
  static_cast<void>(world.command->deactivate_relay(relay.id));
  world.clock().advance(5s);
  remove();
  world.run_ready();
  EXPECT_FALSE(zooid_has(relay));
}

TEST_F(Deletion, LooksAtTheRelayNoMore) {
  world.crash();
  world.env.relay_sweep = 1min;
  world.env.relay_verify = config::RelayVerify::direct;
  world.start();
  world.clock().advance(5min);
  EXPECT_FALSE(world.zooid.looks.empty());
  remove();
  world.run_ready();
  world.zooid.looks.clear();
  world.clock().advance(1h);
  EXPECT_TRUE(world.zooid.looks.empty());
  EXPECT_TRUE(
      world.query->list_relays_to_look_at(world.clock().now() + 24h, TimePoint::min(), 10).empty());
}

TEST_F(Deletion, DropsTheLookThatAnUpdateHasAskedFor) {
  world.crash();
  world.env.relay_verify = config::RelayVerify::direct;
  world.start();
  world.clock().advance(1min);
  world.rename(relay, "soon gone");
  world.run_ready();
  remove();
  world.run_ready();
  world.zooid.looks.clear();
  world.clock().advance(1h);
  EXPECT_TRUE(world.zooid.looks.empty());
}

TEST_F(Deletion, CannotBeTakenBack) {
  remove();
  EXPECT_THROW(static_cast<void>(world.command->activate_relay(relay.id)), store::CommandError);
  EXPECT_THROW(world.rename(relay, "again"), store::CommandError);
  for (const char* sql : {"UPDATE relay SET status = 'active'",
                          "INSERT OR REPLACE INTO relay (id, tenant, subdomain, schema) "
                          "SELECT id, tenant, subdomain, schema FROM relay"}) {
    EXPECT_THROW(world.database->execute(sql), store::StoreError) << sql;
  }
  world.run_ready();
  EXPECT_FALSE(zooid_has(relay));
}

TEST_F(Deletion, IsForgottenWithTheActivities) {
  world.env.activity_retention = std::chrono::days(1);
  infra::Retention retention(world.env, *world.database, world.clock(), *world.logger);
  boost::asio::co_spawn(world.io(), retention.run(), boost::asio::detached);
  remove();
  world.clock().advance(2h);
  EXPECT_TRUE(world.query->get_relay(relay.id));
  world.clock().jump(std::chrono::days(2));
  world.clock().advance(2h);
  EXPECT_FALSE(world.query->get_relay(relay.id));
  retention.stop();
  world.run_ready();
}

TEST_F(Deletion, LeavesANewRelayToAnIdThatComesBack) {
  remove();
  world.run_ready();
  EXPECT_EQ(store::remove_tombstones(*world.database, world.clock().now() + 1s, 10), 1);
  world.database->execute("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('" +
                          relay.id.text + "', '" + test::kTenant + "', 'blue', '" + relay.schema +
                          "')");
  world.crash();
  world.start();
  EXPECT_TRUE(zooid_has(relay));  // by POST: a PATCH would find nothing
  EXPECT_TRUE(world.open_letters().empty());
}

TEST_F(Deletion, IsNotForgottenBeforeZooidHasDoneIt) {
  fails = true;
  remove();
  world.clock().advance(24h);
  EXPECT_EQ(store::remove_tombstones(*world.database, world.clock().now() + 1h, 10), 0);
}

}  // namespace
}  // namespace tender
