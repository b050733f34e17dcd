// No statement that the sidecar runs costs more the larger the fleet, its log or its outbox is.
#include "support/query_plan.hpp"

#include <algorithm>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/infra/retention.hpp"
#include "tender/store/transaction.hpp"

#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::FakeZooid;
using test::World;

struct Allowed {
  std::string_view statement;  // how it begins
  std::string_view step;       // how it begins
  std::string_view reason;
};

constexpr std::array kAllowed{
    Allowed{"SELECT 1 FROM sqlite_schema", "SCAN sqlite_schema", "a dozen rows, at the start"},
    Allowed{"SELECT count(*), coalesce(sum(created_at < ?3)", "SCAN (",
            "of the pruner: over a subquery of 500 rows"},
    Allowed{"SELECT 1 FROM outbox INDEXED BY outbox_odd", "SCAN outbox USING INDEX outbox_odd",
            "an index of broken rows only"},
    Allowed{"DELETE FROM relay WHERE id IN", "SCAN relay USING INDEX relay_deleted_by_age",
            "an index of deleted relays only"},
    Allowed{"SELECT seq FROM router_offset", "SCAN sqlite_sequence",
            "a row for each of two tables"},
};

bool is_allowed(std::string_view statement, std::string_view step) {
  return std::ranges::any_of(kAllowed, [&](const Allowed& allowed) {
    return statement.starts_with(allowed.statement) && step.starts_with(allowed.step);
  });
}

// A life in which the sidecar does everything that it ever does: each kind of command, result,
// refusal, retry and dead letter, a doubt, looks that fail, a reconcile of what nobody announced,
// an outage of zooid, and the pruning of the log.
class WholeLife {
 public:
  explicit WholeLife(World& world) : world_(world) {
    world_.env.activity_retention = std::chrono::days(1);
    world_.env.relay_verify = config::RelayVerify::direct;
    world_.zooid.script = [this](const FakeZooid::Seen& seen) { return answer(seen); };
  }

  void live() {
    world_.start();
    infra::Retention retention(world_.env, *world_.database, world_.clock(), *world_.logger);
    boost::asio::co_spawn(world_.io(), retention.run(), boost::asio::detached);
    for (const char* name : {"fine", "refused", "failing", "collides", "silent", "unsure"}) {
      static_cast<void>(world_.create(name));
      world_.clock().advance(5s);
    }
    answers_unsure_ = true;  // and the doubt remains for a while
    world_.rename(world_.query->get_relay_of_subdomain("unsure").value(), "surely");
    const Relay fine = world_.query->get_relay_of_subdomain("fine").value();
    static_cast<void>(world_.command->deactivate_relay(fine.id));
    world_.clock().advance(1min);
    static_cast<void>(world_.command->activate_relay(fine.id));
    world_.clock().advance(1min);
    world_.command->reconcile_relay(fine, {.forced = true, .recreate = true, .bulk = true});
    world_.zooid.look_answer = test::answer(404, "");  // not served: sent again, then given up
    world_.clock().advance(5min);
    world_.zooid.look_answer.reset();
    world_.database->execute("UPDATE relay SET info_name = 'x' WHERE subdomain = 'silent'");
    world_.clock().advance(3h);  // all retries, and reconcile by the interval
    down_ = true;
    world_.rename(fine, "while zooid is away");
    world_.clock().advance(10min);
    down_ = false;
    world_.clock().jump(std::chrono::days(2));
    world_.clock().advance(2h);
    retention.stop();
    world_.run_ready();
  }

 private:
  FakeZooid::Action answer(const FakeZooid::Seen& seen) const {
    FakeZooid::Action action;
    const std::string host = seen.body.is_object() ? seen.body.value("host", "") : "";
    action.apply = false;
    if (down_) {
      action.answer = test::failure(http::Fault::refused, /*written=*/false);
    } else if (host.starts_with("refused")) {
      action.answer = test::answer(400, R"({"error":"invalid config"})");
    } else if (host.starts_with("failing")) {
      action.answer = test::answer(500, R"({"error":"boom"})");
    } else if (host.starts_with("collides")) {
      action.answer = test::answer(409, R"({"error":"host \"x\" is already in use"})");
    } else if (host.starts_with("unsure") && !answers_unsure_) {
      action.answer = test::failure(http::Fault::timeout, /*written=*/true);
    } else {
      action.apply = true;
    }
    return action;
  }

  World& world_;
  bool down_ = false;
  bool answers_unsure_ = false;
};

TEST(QueryPlans, OfTheSidecarNeverReadAWholeTableNorSort) {
  World world;
  WholeLife(world).live();
  const auto statements = world.database->prepared();
  // That the life was whole: these are the rarest.
  for (const char* rare :
       {"INSERT INTO dead_letter", "UPDATE dead_letter", "SELECT revision = ?",
        "DELETE FROM activity", "INSERT INTO destination_state", "UPDATE relay SET live",
        "UPDATE relay SET doubt_until", "UPDATE outbox SET attempt = 0",
        "UPDATE outbox SET attempt = ?", "DELETE FROM outbox WHERE kind = ? AND key = ?",
        "SELECT key FROM outbox"}) {
    EXPECT_THAT(statements, testing::Contains(testing::StartsWith(rare)));
  }
  for (const std::string& statement : statements) {
    for (const std::string& step : test::costly_steps(world.path, statement)) {
      EXPECT_TRUE(is_allowed(statement, step)) << statement << "\n  " << step;
    }
  }
}

// The statements of the command line that a large fleet must not make slow.
TEST(QueryPlans, OfListsReadAPageByItsIndex) {
  World world;
  store::RelayPage page;
  page.limit = 1;
  static_cast<void>(world.query->next_relays(page));
  static_cast<void>(world.command->delete_relay(world.create("blue").id));
  const auto all = [](const Relay&) { return true; };
  for (const store::RelayFilter& filter :
       {store::RelayFilter(), store::RelayFilter{.status = "deleted"},
        store::RelayFilter{.tenant = test::kTenant}, store::RelayFilter{.synced = false}}) {
    for (const int most : {1, 10}) {
      store::RelayPage begin;
      begin.limit = 2;
      static_cast<void>(world.query->next_relays_matching(filter, begin, most, all));
    }
  }
  static_cast<void>(outbox::DeadLetters(*world.database).list_open("", 1));
  static_cast<void>(outbox::Outbox(*world.database).list("", "", 1));
  static_cast<void>(world.query->next_relays_pending_sync(page));
  static_cast<void>(world.query->next_relays_in_doubt(page));
  static_cast<void>(outbox::DeadLetters(*world.database).list(/*all=*/false, 0, 1));
  static_cast<void>(outbox::Outbox(*world.database).list_keys(infra::kRelaySync, "", 1));
  for (const std::string& statement : world.database->prepared()) {
    if (statement.starts_with("SELECT ") && statement.find("sqlite_schema") == std::string::npos) {
      EXPECT_THAT(test::costly_steps(world.path, statement), testing::IsEmpty()) << statement;
    }
  }
}

TEST(QueryPlans, OfTheCountsReadNoRowOfARelay) {
  World world;
  static_cast<void>(world.query->count_relays());
  for (const std::string& statement : world.database->prepared()) {
    for (const std::string& step : test::query_plan(world.path, statement)) {
      if (step.starts_with("SCAN relay")) {
        EXPECT_THAT(step, testing::HasSubstr("INDEX")) << statement;
      }
    }
  }
}

TEST(QueryPlans, ShowAnIndexThatIsMissing) {
  World world;
  const std::string pending =
      "SELECT id FROM relay WHERE synced = 0 AND (created_at, id) > (?, ?) "
      "ORDER BY created_at, id LIMIT ?";
  EXPECT_THAT(test::costly_steps(world.path, pending), testing::IsEmpty());
  world.database->execute("DROP INDEX relay_pending");
  world.database->execute("DROP INDEX relay_by_age");
  EXPECT_THAT(test::costly_steps(world.path, pending), testing::Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace tender
