// `tender reconcile --all`: what zooid took last has its result without being asked for, and
// everything else is asked for. A lock that the test holds stands for a sidecar that does nothing.
#include <csignal>
#include <optional>
#include <thread>

#include <gmock/gmock.h>

#include "tender/config/env.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/zooid/relay_config.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct ReconcileAll : CliTest {
  ReconcileAll() { configure_zooid(); }

  // In step, and seen to be served: zooid took it as it is.
  void create_in_step(const std::string& name) {
    create(name);
    Behind behind(path);
    const Relay relay = behind.relay(name);
    behind.command.complete_relay_sync(
        relay, {.revision = relay.revision,
                .digest = zooid::body_digest(
                    zooid::update_body(relay, config::load_env(environment, config::EnvFile()))),
                .result = SyncResult::created});
    behind.command.record_look(relay, {});
  }

  void execute(const std::string& sql) { Behind(path).database.execute(sql); }

  [[nodiscard]] int asked() {
    Behind behind(path);
    store::Statement count = behind.database.prepare(
        "SELECT count(*) FROM activity WHERE activity_type = 'reconcile_relay'");
    count.step();
    return static_cast<int>(count.integer(0));
  }

  // "blue: unchanged", …
  [[nodiscard]] std::vector<std::string> results(const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{"reconcile", "--all", "--timeout", "1ms", "--json"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    last = run(arguments);
    std::vector<std::string> list;
    for (const auto& result : last->json()) {
      list.push_back(result["subdomain"].get<std::string>() + ": " +
                     result["result"].get<std::string>());
    }
    return list;
  }

  std::optional<Ran> last;
};

struct BesideASidecar : ReconcileAll {
  BesideASidecar() {
    create_in_step("blue");
    create_in_step("green");
    lock = store::DatabaseLock::try_acquire(path);
  }

  // What makes `reconcile --all` ask for green.
  void expect_asks_because_of(const std::string& sql) {
    execute(sql);
    EXPECT_THAT(results(), ElementsAre("blue: unchanged", "green: waiting")) << sql;
    EXPECT_EQ(last->code, ExitCode::some_failed);
    EXPECT_EQ(asked(), 1);
  }

  std::optional<store::DatabaseLock> lock;
};

TEST_F(ReconcileAll, AsksForNothingThatZooidTookLast) {
  create_in_step("blue");
  create_in_step("green");
  EXPECT_THAT(results(), ElementsAre("blue: unchanged", "green: unchanged"));
  EXPECT_EQ(last->code, ExitCode::ok);
  EXPECT_EQ(asked(), 0);
  const Ran text = run({"reconcile", "--all"});
  EXPECT_EQ(text.out, "blue: unchanged\ngreen: unchanged\n");
  EXPECT_EQ(text.err + text.log, "");
}

TEST_F(ReconcileAll, PrintsAnEmptyArrayForNoRelays) {
  create("blue");
  execute("DELETE FROM relay");
  EXPECT_EQ(run({"reconcile", "--all", "--json"}).out, "[]\n");
  const Ran text = run({"reconcile", "--all"});
  EXPECT_EQ(text.code, ExitCode::ok);
  EXPECT_THAT(text.err, HasSubstr("every relay is in step"));
}

TEST_F(ReconcileAll, AsksForWhatThisEnvironmentDescribesOtherwise) {
  create_in_step("blue");
  const auto lock = store::DatabaseLock::try_acquire(path);
  environment["RELAY_DOMAIN"] = "elsewhere.test";
  EXPECT_THAT(results(), ElementsAre("blue: waiting"));
}

TEST_F(BesideASidecar, NeedsNobodyForWhatIsUnchanged) {
  EXPECT_THAT(results(), ElementsAre("blue: unchanged", "green: unchanged"));
  EXPECT_EQ(last->code, ExitCode::ok);
}

TEST_F(BesideASidecar, AsksForARelayThatChanged) {
  expect_asks_because_of("UPDATE relay SET info_name = 'x' WHERE subdomain = 'green'");
}

TEST_F(BesideASidecar, AsksForARelayInDoubt) {
  expect_asks_because_of("UPDATE relay SET doubt_until = 1 WHERE subdomain = 'green'");
}

TEST_F(BesideASidecar, AsksForARelayThatWasNotServed) {
  expect_asks_because_of("UPDATE relay SET live = 0 WHERE subdomain = 'green'");
}

TEST_F(BesideASidecar, AsksForARelayOfWhichNobodyKnowsWhetherItIsServed) {
  expect_asks_because_of("UPDATE relay SET live = NULL WHERE subdomain = 'green'");
}

TEST_F(BesideASidecar, AsksForARelayThatHasWork) {
  expect_asks_because_of(
      "INSERT INTO outbox (kind, key, not_before) "
      "SELECT 'relay_sync', id, 9000000000000 FROM relay WHERE subdomain = 'green'");
}

TEST_F(BesideASidecar, AsksForARelayWithADeadLetter) {
  expect_asks_because_of(
      "INSERT INTO dead_letter (kind, key, reason, error, attempt, revision, created_at) "
      "SELECT 'relay_sync', id, 'rejected', 'no', 1, 1, 1 FROM relay WHERE subdomain = 'green'");
}

TEST_F(BesideASidecar, AsksForWhatNobodySawServedUnlessNobodyLooks) {
  execute("UPDATE relay SET live = NULL");
  environment["RELAY_VERIFY"] = "off";
  EXPECT_THAT(results(), ElementsAre("blue: unchanged", "green: unchanged"));
  EXPECT_EQ(asked(), 0);
  environment.erase("RELAY_VERIFY");
  EXPECT_THAT(results(), ElementsAre("blue: waiting", "green: waiting"));
  EXPECT_EQ(asked(), 2);
}

TEST_F(BesideASidecar, AsksForAllByForce) {
  EXPECT_THAT(results({"--force"}), ElementsAre("blue: waiting", "green: waiting"));
  EXPECT_EQ(asked(), 2);
}

TEST_F(BesideASidecar, AsksForThoseNamedThoughTheyAreUnchanged) {
  const Ran ran = run({"reconcile", "green", "--timeout", "1ms"});
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.out, HasSubstr("green: waiting"));
  EXPECT_EQ(asked(), 1);
}

TEST_F(BesideASidecar, AsksForALargeFleetInPortionsAndForEachOnce) {
  constexpr int fleet = 600;
  execute(
      "INSERT INTO relay (id, tenant, subdomain, schema) WITH RECURSIVE n(i) AS "
      "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
      "SELECT 'r' || i, '" +
      std::string(kTenant) + "', 'r' || i, 's' || i FROM n");
  EXPECT_EQ(results().size(), 2U + fleet);
  EXPECT_EQ(asked(), fleet);
  // Without --all: those that are not in step, whether or not they were asked for before.
  EXPECT_EQ(run({"reconcile", "--timeout", "1ms", "--json"}).json().size(),
            static_cast<std::size_t>(fleet));
}

TEST_F(BesideASidecar, SaysHowFarItWasWhenItIsInterrupted) {
  execute("UPDATE relay SET info_name = 'x' WHERE subdomain = 'green'");
  std::thread interrupt([this] {
    while (asked() == 0) {
      std::this_thread::yield();
    }
    kill(getpid(), SIGINT);
  });
  const Ran ran = run({"reconcile", "--all", "--timeout", "1m"});
  interrupt.join();
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.out, HasSubstr("blue: unchanged\ngreen: waiting: interrupted"));
  EXPECT_THAT(ran.err, HasSubstr("interrupted: 1 of 2 done"));
}

}  // namespace
}  // namespace tender::cli
