// `tender pause` and `tender resume`, and what other commands say meanwhile.
#include <atomic>
#include <thread>

#include <gmock/gmock.h>

#include "tender/base/utc_time.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/pause_table.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct PauseTest : CliTest {
  PauseTest() {
    configure_zooid();
    create("blue");
  }

  [[nodiscard]] nlohmann::ordered_json status() const { return run({"status", "--json"}).json(); }
};

TEST_F(PauseTest, SaysWhatHoldsFromNowOn) {
  const Ran ran = run({"pause", "--reason", "upgrade"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("paused from 20"), HasSubstr("until `tender resume` (upgrade)"),
                    HasSubstr("nothing is under way")));
  EXPECT_EQ(run({"activity", "--json"}).json().back()["activity_type"], "pause_sync");
}

TEST_F(PauseTest, WaitsUntilTheSidecarHasEndedWhatIsUnderWay) {
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  std::atomic<bool> ended = false;
  std::thread other([&] {
    Behind behind(path);
    store::PauseTable table(behind.database);
    std::optional<store::SyncPause> pause;
    while (!pause) {
      pause = table.find(behind.clock.now());
    }
    ended = true;
    table.set_quiet(*pause, true);
  });
  const Ran ran = run({"pause"});
  EXPECT_TRUE(ended);
  other.join();
  EXPECT_EQ(ran.code, ExitCode::ok);
}

TEST_F(PauseTest, SaysWhenItIsOverBeforeAllIsQuiet) {
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  std::thread other([&] {
    Behind behind(path);
    while (!behind.command.resume_sync()) {
    }
  });
  const Ran ran = run({"pause"});
  other.join();
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, AllOf(HasSubstr("the pause is over already"),
                             Not(HasSubstr("nothing is under way"))));
}

TEST_F(PauseTest, IsShownWithWhatIsStillUnderWay) {
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  Behind behind(path);
  const store::SyncPause pause = behind.command.pause_sync(std::nullopt, "");
  EXPECT_THAT(run({"status"}).out, HasSubstr("what was under way has not ended yet"));
  EXPECT_EQ(status()["pause"]["quiet"], false);
  store::PauseTable(behind.database).set_quiet(pause, true);
  EXPECT_THAT(run({"status"}).out, Not(HasSubstr("what was under way has not ended yet")));
  EXPECT_EQ(status()["pause"]["quiet"], true);
}

TEST_F(PauseTest, EndsWhenItIsTold) {
  EXPECT_EQ(run({"pause", "--until", "2999-01-01T12:00Z"}).code, ExitCode::ok);
  const auto pause = status()["pause"];
  EXPECT_EQ(members(pause),
            (std::vector<std::string>{"since", "until", "reason", "quiet", "relays_waiting"}));
  EXPECT_EQ(pause["until"], parse_time("2999-01-01T12:00:00Z")->time_since_epoch().count());
  EXPECT_EQ(pause["quiet"], true);
  EXPECT_EQ(pause["relays_waiting"], 1);
  EXPECT_EQ(run({"pause", "--for", "2h"}).code, ExitCode::ok);
  const auto replaced = status()["pause"];
  EXPECT_EQ(replaced["since"], pause["since"]);
  EXPECT_LT(replaced["until"], pause["until"]);
}

TEST_F(PauseTest, IsEndedByResume) {
  EXPECT_EQ(run({"pause"}).code, ExitCode::ok);
  const Ran ran = run({"resume"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("resumed; 1 relay waited\n"), HasSubstr("no sidecar is running")));
  EXPECT_EQ(status()["pause"], nullptr);
  const Ran again = run({"resume"});
  EXPECT_EQ(again.code, ExitCode::ok);
  EXPECT_EQ(again.err, "tender is not paused: nothing to resume\n");
}

TEST_F(PauseTest, RefusesTimesThatAreNone) {
  for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--until", "noon"},
                                                {"--until", "2999-01-01"},
                                                {"--for", "0s"},
                                                {"--for", "soon"},
                                                {"--for", "1h", "--until", "2999-01-01T12:00Z"}}) {
    std::vector<std::string> arguments{"pause"};
    arguments.insert(arguments.end(), wrong.begin(), wrong.end());
    EXPECT_EQ(run(arguments).code, ExitCode::usage) << wrong[1];
  }
  const Ran past = run({"pause", "--until", "2001-01-01T00:00Z"});
  EXPECT_EQ(past.code, ExitCode::error);
  EXPECT_THAT(past.err, HasSubstr("2001-01-01T00:00:00Z has passed"));
  EXPECT_EQ(status()["pause"], nullptr);
}

TEST_F(PauseTest, IsShownByStatusAndCheck) {
  EXPECT_THAT(run({"status"}).out, Not(HasSubstr("paused")));
  EXPECT_EQ(run({"pause", "--reason", "an\nupgrade"}).code, ExitCode::ok);
  EXPECT_THAT(run({"status"}).out,
              AllOf(HasSubstr("pause"), HasSubstr("until `tender resume` (an"),
                    HasSubstr("), 1 relay waits\n"), Not(HasSubstr("an\nup"))));
  EXPECT_EQ(run({"status", "--exit-code"}).code, ExitCode::some_failed);
  EXPECT_EQ(status()["waits_for_you"].dump(), R"(["pause"])");
  EXPECT_THAT(run({"check"}).out, HasSubstr("nothing is sent until then"));
  EXPECT_EQ(run({"pause", "--for", "1h"}).code, ExitCode::ok);
  EXPECT_EQ(run({"status", "--exit-code"}).code, ExitCode::ok);
}

TEST_F(PauseTest, IsSaidByCommandsThatWriteAndByThoseThatWouldWait) {
  EXPECT_EQ(run({"pause"}).code, ExitCode::ok);
  const Ran update = run({"relay", "update", "blue", "--name", "Blue"});
  EXPECT_EQ(update.code, ExitCode::ok);
  EXPECT_THAT(update.err,
              AllOf(HasSubstr("tender is paused from"), HasSubstr("this waits until then")));
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  const Ran wait = run({"relay", "update", "blue", "--name", "Navy", "--wait=1h"});
  EXPECT_EQ(wait.code, ExitCode::some_failed);
  EXPECT_THAT(wait.err, HasSubstr("this waits until then"));
  EXPECT_EQ(show("blue")["revision"], 3);
}

TEST_F(PauseTest, MakesReconcileAskAndNotWait) {
  EXPECT_EQ(run({"pause"}).code, ExitCode::ok);
  const Ran ran = run({"reconcile", "blue", "--timeout", "1h"});
  EXPECT_EQ(ran.code, ExitCode::some_failed);
  EXPECT_THAT(ran.err, HasSubstr("nothing is sent until then"));
  EXPECT_THAT(ran.out, HasSubstr("blue: waiting: tender is paused from"));
  EXPECT_EQ(run({"activity", "--json"}).json().back()["activity_type"], "reconcile_relay");
}

}  // namespace
}  // namespace tender::cli
