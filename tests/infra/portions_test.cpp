// A long log and a large fleet at the start: worked through in portions, between which others
// write, the first syncs go out, and stop() is heeded.
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tender/infra/kinds.hpp"
#include "tender/store/portion.hpp"
#include "tender/store/transaction.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::FakeZooid;
using test::World;

constexpr int kFleet = 2 * store::Portion::kRows + 50;
constexpr int kAtOnce = 4;

struct Portions : testing::Test {
  Portions() {
    world.env.relay_sync_concurrency = kAtOnce;
    world.zooid.script = [](const FakeZooid::Seen&) {
      FakeZooid::Action action;
      action.latency = 1s;  // so that what is put into the outbox stays there for a while
      return action;
    };
  }

  // Relays that a program wrote, with or without a word in the log.
  void write_fleet(bool in_the_log) {
    const char* const numbers =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {}) ";
    world.database->execute(
        fmt::format(fmt::runtime(std::string(numbers) +
                                 "INSERT INTO relay (id, tenant, subdomain, schema, created_at) "
                                 "SELECT 'r' || i, '{}', 'r' || i, 's' || i, 1 FROM n"),
                    kFleet, test::kTenant));
    if (in_the_log) {
      world.database->execute(
          "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
          "SELECT tenant, 'create_relay', 'relay', id FROM relay");
    }
  }

  [[nodiscard]] int jobs() {
    const auto counts =
        outbox::Outbox(*world.database).count(infra::kRelaySync, world.clock().now());
    return static_cast<int>(counts.due + counts.waiting + counts.in_doubt);
  }

  // As another program that does not wait for the write lock.
  void write_elsewhere() {
    store::Database elsewhere(world.path, world.clock(),
                              {.busy_timeout = Milliseconds(0), .on_wait = {}});
    store::Transaction transaction(elsewhere);
    elsewhere.execute("UPDATE relay SET plan = 'gold' WHERE id = 'r600'");
    transaction.commit();
  }

  void expect_all_in_step() {
    EXPECT_TRUE(world.clock().advance_until(
        [&] { return world.query->list_relays_pending_sync().empty(); }, 1h));
  }

  World world;
};

TEST_F(Portions, LetOthersWriteWhileAFleetThatNobodyAnnouncedIsTakenUp) {
  write_fleet(/*in_the_log=*/false);
  world.start();
  EXPECT_EQ(jobs(), store::Portion::kRows);
  EXPECT_NO_THROW(write_elsewhere());
  world.clock().advance(store::Portion::kBreath);
  EXPECT_EQ(jobs(), 2 * store::Portion::kRows);
  world.clock().advance(store::Portion::kBreath);
  EXPECT_EQ(jobs(), kFleet);
  expect_all_in_step();
}

TEST_F(Portions, LetOthersWriteWhileALongLogIsRead) {
  write_fleet(/*in_the_log=*/true);
  world.start();
  EXPECT_EQ(outbox::Router(*world.database).offset(), store::Portion::kRows);
  EXPECT_NO_THROW(write_elsewhere());
  world.clock().advance(2 * store::Portion::kBreath);
  EXPECT_EQ(outbox::Router(*world.database).offset(), kFleet);
  expect_all_in_step();
}

TEST_F(Portions, SendWhatTheFirstHasFound) {
  write_fleet(/*in_the_log=*/true);
  world.start();
  EXPECT_EQ(world.zooid.requests.size(), 1U);  // the slow start: one at a time at first
}

TEST_F(Portions, EndWhenToldToStopAndStartOverAtTheNextStart) {
  write_fleet(/*in_the_log=*/false);
  world.start();
  world.stop();
  world.clock().advance(1s);
  EXPECT_TRUE(world.ended);
  EXPECT_LT(jobs(), store::Portion::kRows + 1);
  world.crash();
  world.start();
  expect_all_in_step();
}

TEST_F(Portions, LoseNoRelayThatChangesBetweenTwo) {
  write_fleet(/*in_the_log=*/false);
  world.start();
  const Relay last = world.query->get_relay(RelayId{fmt::format("r{}", kFleet)}).value();
  world.rename(last, "meanwhile");
  expect_all_in_step();
  EXPECT_EQ(world.zooid.relays[last.id.text]["info"]["name"], "meanwhile");
}

TEST_F(Portions, FindTheDoubtsOfAFleetInStep) {
  write_fleet(/*in_the_log=*/false);
  const TimePoint doubt_until = world.clock().now() + 30s;
  world.database->execute(
      "INSERT INTO activity (tenant, activity_type, resource_type, resource_id, detail) "
      "SELECT tenant, 'complete_relay_sync', 'relay', id, '{\"revision\":1}' FROM relay");
  world.database->execute("UPDATE router_offset SET seq = (SELECT max(seq) FROM activity)");
  world.database->execute(
      fmt::format("UPDATE relay SET synced = 1, synced_revision = revision, doubt_until = {}",
                  doubt_until.time_since_epoch().count()));
  world.start();
  EXPECT_EQ(jobs(), store::Portion::kRows);
  world.clock().advance(2 * store::Portion::kBreath);
  EXPECT_EQ(jobs(), kFleet);
  EXPECT_TRUE(world.zooid.requests.empty());
  EXPECT_TRUE(
      world.clock().advance_until([&] { return world.query->list_relays_in_doubt().empty(); }, 1h));
}

}  // namespace
}  // namespace tender
