// `--wait` of the commands that change a relay, beside a sidecar that is played here.
#include <functional>
#include <optional>
#include <thread>

#include <gmock/gmock.h>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/database_lock.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr std::chrono::seconds kWaitDeadline{30};

struct WaitTest : CliTest {
  WaitTest() {
    configure_zooid();
    create("blue");
  }

  // Runs `act` beside the command, as soon as it has written its change.
  std::thread when_changed(std::function<void(Behind&)> act) const {
    return std::thread([this, act = std::move(act)] {
      Behind behind(path);
      const auto give_up = std::chrono::steady_clock::now() + kWaitDeadline;
      while (behind.relay("blue").revision < 2 && std::chrono::steady_clock::now() < give_up) {
        std::this_thread::yield();
      }
      act(behind);
    });
  }

  [[nodiscard]] Ran rename(std::function<void(Behind&)> act) const {
    const auto sidecar = store::DatabaseLock::try_acquire(path);
    std::thread other = when_changed(std::move(act));
    const Ran ran = run({"relay", "update", "blue", "--name", "Blue", "--wait=20s", "--json"});
    other.join();
    return ran;
  }
};

TEST_F(WaitTest, EndsWhenZooidHasTheChange) {
  const Ran ran = rename([](Behind& behind) {
    const Relay relay = behind.relay("blue");
    // Was under way when the command came.
    behind.command.complete_relay_sync(
        relay, {.revision = 1, .digest = "old", .result = SyncResult::created});
    behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 2, .digest = "d"});
  });
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.err, "blue: updated\n");
  EXPECT_EQ(ran.json()["synced_revision"], 2);
  EXPECT_EQ(ran.json()["state"], "in_step");
  for (const auto& row : run({"activity", "--json"}).json()) {
    EXPECT_NE(row["activity_type"], "reconcile_relay");  // the command has asked already
  }
}

TEST_F(WaitTest, GoesOnAfterAFailureThatIsRetriedAndEndsWhenItIsGivenUp) {
  const Ran ran = rename([](Behind& behind) {
    const Relay relay = behind.relay("blue");
    outbox::Outbox outbox(behind.database);
    outbox.enqueue(infra::relay_job(infra::kRelaySync, relay.id), behind.clock.now());
    behind.command.fail_relay_sync(relay, {.revision = 2, .error = "slow", .outcome = "transient"});
    outbox.remove_all(infra::kRelaySync, relay.id.text);
    behind.letters.add(infra::kRelaySync, relay.id.text, outbox::DeadLetterReason::rejected,
                       "refused", 1, 2, behind.clock.now());
    behind.command.fail_relay_sync(relay,
                                   {.revision = 2, .error = "refused", .outcome = "permanent"});
  });
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.err, HasSubstr("blue: given_up: "));
  EXPECT_EQ(ran.json()["state"], "held");
}

TEST_F(WaitTest, EndsWithoutAResultAfterTheTimeThatIsGiven) {
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  const Ran ran = run({"relay", "deactivate", "blue", "--wait=1ms"});
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.err, HasSubstr("blue: waiting: no result in time"));
}

TEST_F(WaitTest, TellsWhyThereWasNoResultAndExitsWith3WhenZooidIsAtFault) {
  {
    Behind behind(path);
    outbox::Outbox(behind.database)
        .enqueue(infra::relay_job(infra::kRelaySync, behind.relay("blue").id), behind.clock.now());
    behind.database.execute(  // the sidecar's first attempt
        "CREATE TRIGGER refused AFTER INSERT ON activity WHEN NEW.activity_type = "
        "'deactivate_relay' BEGIN INSERT INTO activity (tenant, activity_type, resource_type, "
        "resource_id, detail) VALUES (NEW.tenant, 'fail_relay_sync', 'relay', NEW.resource_id, "
        "'{\"revision\":2,\"error\":\"zooid answered 403\",\"outcome\":\"host_fault\"}'); END");
  }
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  const Ran ran = run({"relay", "deactivate", "blue", "--wait=1ms"});
  EXPECT_EQ(ran.code, ExitCode::unreachable);
  EXPECT_THAT(ran.err, HasSubstr("blue: waiting: no result in time; the last attempt failed: zooid "
                                 "answered 403; the work stays in the outbox"));
}

TEST_F(WaitTest, SaysAtOnceThatADeletionIsHeld) {
  ASSERT_EQ(run({"relay", "delete", "blue", "--yes"}).code, ExitCode::ok);
  {
    Behind behind(path);
    const Relay blue = behind.relay("blue");
    behind.letters.add(infra::kRelaySync, blue.id.text, outbox::DeadLetterReason::rejected,
                       "refused", 1, blue.revision, behind.clock.now());
    behind.command.fail_relay_sync(
        blue, {.revision = blue.revision, .error = "zooid refuses it", .outcome = "permanent"});
  }
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  const Ran ran = run({"relay", "delete", "blue", "--yes", "--wait=20s"});
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("blue: held: tender gave up on it (zooid refuses it)"),
                             HasSubstr("`tender dead-letter retry ")));
}

TEST_F(WaitTest, EndsAtOnceWhenNothingHasChangedForZooid) {
  {
    Behind behind(path);
    behind.command.complete_relay_sync(behind.relay("blue"), {.revision = 1, .digest = "d"});
  }
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  const Ran ran = run({"relay", "update", "blue", "--drift", "report", "--wait=20s", "--json"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.err, "blue: unchanged\n");
  EXPECT_EQ(ran.json()["drift"], "report");
}

TEST_F(WaitTest, SaysThatNobodyIsThereToWaitFor) {
  const Ran ran = run({"relay", "activate", "blue", "--wait"});
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("no sidecar is running"), HasSubstr("`tender run`")));
}

TEST_F(WaitTest, RefusesAWrongTimeOrConfigurationBeforeItWrites) {
  EXPECT_EQ(run({"relay", "update", "blue", "--name", "x", "--wait=soon"}).code, ExitCode::usage);
  environment.erase("RELAY_DOMAIN");
  const Ran ran = run({"relay", "update", "blue", "--name", "x", "--wait"});
  EXPECT_EQ(ran.code, ExitCode::usage);
  EXPECT_THAT(ran.err, HasSubstr("RELAY_DOMAIN"));
  EXPECT_EQ(show("blue")["revision"], 1);
}

}  // namespace
}  // namespace tender::cli
