// --at, --in and --every, and `tender schedule`.
#include <gmock/gmock.h>

#include "tender/base/utc_time.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/schedule_table.hpp"

#include "cli_fixture.hpp"

namespace tender::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct ScheduleCommands : CliTest {
  ScheduleCommands() { blue = create("blue"); }

  [[nodiscard]] nlohmann::ordered_json list(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"schedule", "list", "--json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run(arguments).json();
  }
  [[nodiscard]] std::string line_of_last_activity() const {
    const std::string out = run({"activity", "--limit", "1"}).out;
    return out.substr(0, out.find('\n'));
  }

  std::string blue;
};

TEST_F(ScheduleCommands, WritesTheCommandForLaterAndChangesNothing) {
  const Ran ran = run({"relay", "deactivate", "blue", "--at", "2999-01-01T12:00:00+02:00"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_EQ(ran.out, "");
  EXPECT_THAT(ran.err,
              AllOf(HasSubstr("schedule 1: deactivate relay blue at 2999-01-01T10:00:00Z\n"),
                    HasSubstr("no sidecar is running on this database")));
  EXPECT_EQ(show("blue")["status"], "active");
  const auto schedules = list();
  ASSERT_EQ(schedules.size(), 1U);
  EXPECT_EQ(members(schedules[0]),
            (std::vector<std::string>{"id", "command", "relay_id", "subdomain", "options",
                                      "principal", "created_at", "cron", "state", "next_at",
                                      "last_run_at", "last_error"}));
  EXPECT_EQ(schedules[0]["command"], "deactivate_relay");
  EXPECT_EQ(schedules[0]["relay_id"], blue);
  EXPECT_EQ(schedules[0]["subdomain"], "blue");
  EXPECT_EQ(schedules[0]["next_at"], parse_time("2999-01-01T10:00Z")->time_since_epoch().count());
  EXPECT_EQ(schedules[0]["cron"], nullptr);
  EXPECT_EQ(schedules[0]["state"], "waiting");
  EXPECT_THAT(schedules[0]["principal"].get<std::string>(), testing::StartsWith("cli:"));
}

TEST_F(ScheduleCommands, CountsFromNow) {
  const auto before = std::chrono::system_clock::now();
  const auto schedule = run({"relay", "activate", "blue", "--in", "2h30m", "--json"}).json();
  const auto expected = std::chrono::duration_cast<std::chrono::milliseconds>(
                            before.time_since_epoch() + std::chrono::minutes(150))
                            .count();
  EXPECT_GE(schedule["next_at"], expected);
  EXPECT_LE(schedule["next_at"], expected + 600'000);
}

TEST_F(ScheduleCommands, RefusesThePastAndWhatIsNoTime) {
  const Ran past = run({"relay", "deactivate", "blue", "--at", "2001-01-01T00:00:00Z"});
  EXPECT_EQ(past.code, ExitCode::error);
  EXPECT_THAT(past.err, AllOf(HasSubstr("2001-01-01T00:00:00Z has passed"),
                              HasSubstr("give a time in the future; it is 2")));
  const std::vector<std::vector<std::string>> wrong{{"--at", "noon"},
                                                    {"--at", "2999-01-01T12:00:00"},
                                                    {"--in", "0s"},
                                                    {"--in", "soon"},
                                                    {"--in", "1h", "--at", "2999-01-01T12:00:00Z"},
                                                    {"--in", "1h", "--wait"}};
  for (const auto& options : wrong) {
    std::vector<std::string> arguments{"relay", "deactivate", "blue"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    EXPECT_EQ(run(arguments).code, ExitCode::usage) << options.back();
  }
  EXPECT_EQ(run({"relay", "deactivate", "green", "--in", "1h"}).code, ExitCode::error);
  EXPECT_TRUE(list().empty());
}

TEST_F(ScheduleCommands, AsksBeforeADeletionIsScheduled) {
  const Ran asked = run({"relay", "delete", "blue", "--in", "1h"});
  EXPECT_EQ(asked.code, ExitCode::usage);
  EXPECT_THAT(asked.err, HasSubstr("cannot be restored"));
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(run({"relay", "delete", "blue", "--in", "1h", "--yes"}).code, ExitCode::ok);
  EXPECT_EQ(list()[0]["command"], "delete_relay");
  EXPECT_EQ(show("blue")["status"], "active");
  EXPECT_EQ(run({"relay", "delete", "--purge-stranger", "x", "--in", "1h"}).code, ExitCode::usage);
}

TEST_F(ScheduleCommands, ReconcilesNamedRelaysOrAll) {
  create("green");
  const auto named = run({"reconcile", "blue", "green", "--force", "--in", "1h", "--json"}).json();
  ASSERT_EQ(named.size(), 2U);
  EXPECT_EQ(named[1]["subdomain"], "green");
  EXPECT_EQ(named[1]["options"].dump(), R"({"forced":true})");
  const Ran nightly = run({"reconcile", "--all", "--every", "30 3 * * mon-fri"});
  EXPECT_EQ(nightly.code, ExitCode::ok) << nightly.err;
  EXPECT_THAT(nightly.err,
              HasSubstr("schedule 3: reconcile every relay, every \"30 3 * * mon-fri\", next at "));
  EXPECT_EQ(list().size(), 3U);
  EXPECT_EQ(list()[2]["cron"], "30 3 * * mon-fri");
  for (const char* with : {"--dry-run", "--recreate"}) {
    EXPECT_EQ(run({"reconcile", "blue", with, "--in", "1h"}).code, ExitCode::usage);
  }
  const Ran never = run({"reconcile", "--every", "0 0 30 2 *"});
  EXPECT_EQ(never.code, ExitCode::usage);
  EXPECT_THAT(never.err, HasSubstr("--every \"0 0 30 2 *\": no day is ever"));
}

TEST_F(ScheduleCommands, DoesNotWriteTheSameTwice) {
  std::filesystem::create_directory("backups");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(run({"backup", "backups", "--every", "@daily"}).code, ExitCode::ok);
  }
  const Ran again = run({"backup", "backups", "--every", "@daily"});
  EXPECT_THAT(again.err, HasSubstr("schedule 1 does so already: back up to "));
  EXPECT_EQ(run({"backup", "backups", "--every", "@daily", "--keep", "3"}).code, ExitCode::ok);
  EXPECT_EQ(list().size(), 2U);
}

TEST_F(ScheduleCommands, BacksUpIntoADirectoryAndKeepsSeven) {
  std::filesystem::create_directory("backups");
  const auto schedule = run({"backup", "backups", "--every", "@daily", "--json"}).json();
  EXPECT_EQ(schedule["options"]["directory"], (directory.path() / "backups").string());
  EXPECT_EQ(schedule["options"]["keep"], 7);
  EXPECT_EQ(schedule["relay_id"], nullptr);
  const Ran nowhere = run({"backup", "nowhere", "--every", "@daily"});
  EXPECT_EQ(nowhere.code, ExitCode::error);
  EXPECT_THAT(nowhere.err, HasSubstr("there is no directory /"));
  EXPECT_EQ(run({"backup", "backups", "--every", "@daily", "--force"}).code, ExitCode::usage);
  EXPECT_EQ(run({"backup", "backups", "--every", "daily"}).code, ExitCode::usage);
}

TEST_F(ScheduleCommands, RetriesDeadLettersLater) {
  {
    Behind behind(path);
    behind.letters.add("relay_sync", blue, outbox::DeadLetterReason::exhausted, "boom", 6, 1,
                       behind.clock.now());
  }
  EXPECT_EQ(run({"dead-letter", "retry", "blue", "--in", "1h"}).code, ExitCode::ok);
  EXPECT_EQ(run({"dead-letter", "retry", "--reason", "exhausted", "--in", "2h"}).code,
            ExitCode::ok);
  const auto schedules = list();
  EXPECT_EQ(schedules[0]["command"], "retry_dead_letter");
  EXPECT_EQ(schedules[0]["options"]["dead_letter"], 1);
  EXPECT_EQ(schedules[0]["relay_id"], blue);
  EXPECT_EQ(schedules[1]["command"], "retry_dead_letters");
  EXPECT_EQ(schedules[1]["options"]["reason"], "exhausted");
  EXPECT_EQ(run({"dead-letter", "list", "--json"}).json().size(), 1U);
  EXPECT_EQ(run({"dead-letter", "discard", "1"}).code, ExitCode::ok);
  const Ran closed = run({"dead-letter", "retry", "1", "--in", "1h"});
  EXPECT_EQ(closed.code, ExitCode::error);
  EXPECT_THAT(closed.err, HasSubstr("is already discarded"));
}

TEST_F(ScheduleCommands, ListsWhatIsNextFirst) {
  EXPECT_EQ(run({"schedule", "list"}).err, "nothing is scheduled\n");
  run({"relay", "activate", "blue", "--in", "2h"});
  run({"relay", "deactivate", "blue", "--in", "1h"});
  const std::string out = run({"schedule", "list"}).out;
  EXPECT_THAT(out, AllOf(HasSubstr("ID  STATE"), HasSubstr("cli:")));
  EXPECT_LT(out.find("deactivate relay blue"), out.find(" activate relay blue"));
}

TEST_F(ScheduleCommands, CancelsWhatWaits) {
  run({"relay", "deactivate", "blue", "--in", "1h"});
  const Ran ran = run({"schedule", "cancel", "1"});
  EXPECT_EQ(ran.code, ExitCode::ok);
  EXPECT_THAT(ran.err, HasSubstr("schedule 1 is cancelled: deactivate relay blue at 2"));
  EXPECT_TRUE(list().empty());
  EXPECT_EQ(list({"--all"})[0]["state"], "cancelled");
  const Ran again = run({"schedule", "cancel", "1"});
  EXPECT_EQ(again.code, ExitCode::error);
  EXPECT_THAT(again.err, HasSubstr("schedule 1 is cancelled already"));
  EXPECT_THAT(run({"schedule", "cancel", "2"}).err, HasSubstr("there is no schedule 2"));
  EXPECT_EQ(run({"schedule", "cancel", "blue"}).code, ExitCode::usage);
}

TEST_F(ScheduleCommands, ReadsWellInTheHistory) {
  run({"relay", "deactivate", "blue", "--at", "2999-01-01T12:00Z"});
  EXPECT_THAT(line_of_last_activity(),
              AllOf(HasSubstr("create_schedule      schedule 1           by cli:"),
                    HasSubstr(" deactivate relay blue at 2999-01-01T12:00:00Z")));
  run({"relay", "delete", "blue", "--yes"});
  EXPECT_THAT(line_of_last_activity(),
              AllOf(HasSubstr("cancel_schedule      schedule 1           by cli:"),
                    HasSubstr(" deactivate relay blue: the relay was deleted")));
  Behind behind(path);
  const auto schedule = store::ScheduleTable(behind.database).find(1);
  behind.command.fail_schedule(*schedule, "there is\nno relay", std::nullopt);
  EXPECT_THAT(line_of_last_activity(), HasSubstr("deactivate relay blue: there is\\nno relay"));
}

TEST_F(ScheduleCommands, SaysNothingOfSidecarsWhenOneRuns) {
  const auto sidecar = store::DatabaseLock::try_acquire(path);
  EXPECT_THAT(run({"relay", "deactivate", "blue", "--in", "1h"}).err, Not(HasSubstr("no sidecar")));
}

TEST_F(ScheduleCommands, IsRefusedForADeletedRelay) {
  run({"relay", "delete", "blue", "--yes"});
  const Ran ran = run({"relay", "activate", blue, "--in", "1h"});
  EXPECT_EQ(ran.code, ExitCode::error);
  EXPECT_THAT(ran.err, HasSubstr("is deleted"));
}

}  // namespace
}  // namespace tender::cli
