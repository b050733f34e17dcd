// Commands that are carried out later: each once, whatever happens to the process.
#include <sstream>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <nlohmann/json.hpp>

#include "tender/base/cron.hpp"
#include "tender/base/utc_time.hpp"
#include "tender/infra/schedule_runner.hpp"

#include "support/fault_vfs.hpp"
#include "support/log_sink.hpp"
#include "support/metric_value.hpp"
#include "support/world.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;
using test::FaultVfs;
using test::World;
using testing::ElementsAre;
using testing::HasSubstr;

struct ScheduleTest : testing::Test {
  explicit ScheduleTest(const std::string& vfs = {}) : world(64, vfs) {}

  // With the worker, as the sidecar runs it.
  void start(Milliseconds later = 0ms) {
    world.start();
    world.clock().jump(later);
    runner = std::make_unique<infra::ScheduleRunner>(
        world.io().get_executor(), world.env, *world.command,
        infra::ScheduleRunner::Runtime{*world.database, world.clock(), logger,
                                       world.infra->outage(), metrics});
    boost::asio::co_spawn(world.io(), runner->run(), boost::asio::detached);
    world.run_ready();
  }
  void crash() {
    runner.reset();
    world.crash();
  }
  // As kill -9, and a start after that time.
  void restart(Milliseconds later = 0ms) {
    crash();
    start(later);
  }

  Schedule schedule(const ScheduledWork& work, Milliseconds in) {
    Schedule wanted = schedule_of(work);
    wanted.next_at = world.clock().now() + in;
    return world.command->acting_for("cli:1000").create_schedule(wanted);
  }
  Schedule repeat(const ScheduledWork& work, const std::string& cron) {
    Schedule wanted = schedule_of(work);
    wanted.cron = cron;
    wanted.next_at = CronExpression(cron).next_after(world.clock().now());
    return world.command->acting_for("cli:1000").create_schedule(wanted);
  }
  [[nodiscard]] Schedule row(const Schedule& schedule) {
    return store::ScheduleTable(*world.database).find(schedule.id).value();
  }

  [[nodiscard]] std::vector<Activity> log() const {
    return world.query->list_activity({.after_seq = 0, .relay = std::nullopt, .limit = 100'000});
  }
  [[nodiscard]] int count(std::string_view type) const {
    const auto rows = log();
    return static_cast<int>(std::ranges::count(rows, type, &Activity::activity_type));
  }
  [[nodiscard]] Activity last(std::string_view type) const {
    Activity found;
    for (const Activity& activity : log()) {
      if (activity.activity_type == type) {
        found = activity;
      }
    }
    return found;
  }

  std::ostringstream log_text;
  Logger logger{"test", test::log_sink(log_text)};
  Metrics metrics = Metrics::make();
  World world;
  std::unique_ptr<infra::ScheduleRunner> runner;
};

TEST_F(ScheduleTest, CarriesOutACommandAtItsTime) {
  start();
  const Relay blue = world.create("blue");
  const Schedule later =
      schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 2h);
  world.clock().advance(2h - 1ms);
  EXPECT_EQ(world.get(blue).status, RelayStatus::active);
  world.clock().advance(1ms);
  EXPECT_EQ(world.get(blue).status, RelayStatus::inactive);
  EXPECT_TRUE(world.get(blue).synced);
  EXPECT_EQ(row(later).state, ScheduleState::done);
  EXPECT_EQ(row(later).last_run_at, later.next_at);
  EXPECT_EQ(row(later).next_at, std::nullopt);
  EXPECT_EQ(last("deactivate_relay").principal, "cli:1000");
  EXPECT_EQ(last("run_schedule").resource_id, std::to_string(later.id));
  EXPECT_EQ(last("run_schedule").principal, "cli:1000");
  world.clock().advance(48h);
  EXPECT_EQ(count("deactivate_relay"), 1);
  EXPECT_EQ(test::metric(metrics, R"(tender_scheduled_commands_total{result="done"})"), 1);
}

TEST_F(ScheduleTest, CarriesOutEachKindOfCommand) {
  start();
  const Relay blue = world.create("blue");
  const Relay green = world.create("green");
  schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
  schedule({.command = ScheduledCommand::activate_relay, .relay = blue.id}, 2h);
  schedule({.command = ScheduledCommand::reconcile_relay, .relay = blue.id, .forced = true}, 3h);
  schedule({.command = ScheduledCommand::delete_relay, .relay = green.id}, 4h);
  world.clock().advance(5h);
  std::vector<std::string> commands;
  for (const Activity& activity : log()) {
    if (activity.principal == "cli:1000" && activity.resource_type == kRelayResource) {
      commands.push_back(activity.activity_type);
    }
  }
  EXPECT_THAT(commands,
              ElementsAre("deactivate_relay", "activate_relay", "reconcile_relay", "delete_relay"));
  EXPECT_THAT(last("reconcile_relay").detail, HasSubstr("\"forced\":true"));
  EXPECT_EQ(count("run_schedule"), 4);
  EXPECT_EQ(count("cancel_schedule"), 0);  // a deletion that is scheduled does not cancel itself
  EXPECT_EQ(world.get(green).status, RelayStatus::deleted);
  EXPECT_TRUE(world.get(green).synced);
}

TEST_F(ScheduleTest, HearsOfWhatIsDueBeforeWhatItWaitsFor) {
  start();
  const Relay blue = world.create("blue");
  schedule({.command = ScheduledCommand::activate_relay, .relay = blue.id}, 24h);
  world.run_ready();
  schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
  world.clock().advance(1h);
  EXPECT_EQ(world.get(blue).status, RelayStatus::inactive);
  world.clock().advance(23h);
  EXPECT_EQ(world.get(blue).status, RelayStatus::active);
}

TEST_F(ScheduleTest, CarriesOutAtTheStartWhatWasMissedInOrderAndOnce) {
  start();
  const Relay blue = world.create("blue");
  schedule({.command = ScheduledCommand::activate_relay, .relay = blue.id}, 3h);
  schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
  restart(24h);
  EXPECT_EQ(world.get(blue).status, RelayStatus::active);
  EXPECT_EQ(count("deactivate_relay"), 1);
  EXPECT_EQ(count("activate_relay"), 1);
  logger.flush();
  EXPECT_THAT(log_text.str(), HasSubstr("late=23h"));
  restart();
  EXPECT_EQ(count("deactivate_relay"), 1);
  EXPECT_EQ(count("activate_relay"), 1);
}

TEST_F(ScheduleTest, RepeatsAsItsCronExpressionSays) {
  start();
  const Relay blue = world.create("blue");
  const Schedule daily =
      repeat({.command = ScheduledCommand::reconcile_relay, .relay = blue.id}, "30 3 * * *");
  world.clock().advance(72h);
  EXPECT_EQ(count("reconcile_relay"), 3);
  EXPECT_EQ(count("run_schedule"), 3);
  EXPECT_EQ(row(daily).state, ScheduleState::waiting);
  EXPECT_THAT(format_time(row(daily).last_run_at.value()), HasSubstr("T03:30:00Z"));
  EXPECT_EQ(row(daily).next_at, row(daily).last_run_at.value() + 24h);
  EXPECT_THAT(last("reconcile_relay").detail, HasSubstr("\"bulk\":true"));
}

TEST_F(ScheduleTest, CarriesOutOnceWhatRepeatsAndWasMissedManyTimes) {
  start();
  const Relay blue = world.create("blue");
  const Schedule hourly =
      repeat({.command = ScheduledCommand::reconcile_relay, .relay = blue.id}, "@hourly");
  restart(100h + 1min);
  EXPECT_EQ(count("reconcile_relay"), 1);
  EXPECT_GT(row(hourly).next_at, world.clock().now());
  EXPECT_LE(row(hourly).next_at, world.clock().now() + 1h);
  world.clock().advance(1h);
  EXPECT_EQ(count("reconcile_relay"), 2);
}

TEST_F(ScheduleTest, SaysPlainlyWhyACommandWasRefused) {
  start();
  const Relay blue = world.create("blue");
  const Relay green = world.create("green");
  const Schedule gone =
      schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
  const Schedule deleted =
      repeat({.command = ScheduledCommand::reconcile_relay, .relay = green.id}, "@hourly");
  world.run_ready();
  world.database->execute("DELETE FROM relay WHERE subdomain = 'blue'");
  world.database->execute("UPDATE relay SET status = 'deleted' WHERE subdomain = 'green'");
  world.clock().advance(3h);
  EXPECT_EQ(row(gone).state, ScheduleState::failed);
  EXPECT_EQ(row(gone).last_error, "there is no relay \"" + blue.id.text + "\"");
  EXPECT_EQ(row(deleted).state, ScheduleState::failed);
  EXPECT_THAT(row(deleted).last_error, HasSubstr("is deleted"));
  EXPECT_EQ(count("schedule_failed"), 2);
  EXPECT_EQ(count("run_schedule"), 0);
  EXPECT_EQ(count("deactivate_relay"), 0);
  const auto detail = nlohmann::json::parse(last("schedule_failed").detail);
  EXPECT_EQ(detail["error"], row(deleted).last_error);
  EXPECT_EQ(test::metric(metrics, R"(tender_scheduled_commands_total{result="failed"})"), 2);
  logger.flush();
  EXPECT_THAT(log_text.str(), HasSubstr("could not carry out a scheduled command"));
}

TEST_F(ScheduleTest, IsCancelledByAPersonAndByTheDeletionOfItsRelay) {
  start();
  const Relay blue = world.create("blue");
  const Relay green = world.create("green");
  const Schedule first =
      schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
  const Schedule second =
      repeat({.command = ScheduledCommand::reconcile_relay, .relay = green.id}, "@hourly");
  const Schedule other = repeat({.command = ScheduledCommand::reconcile_relays}, "@hourly");
  world.command->cancel_schedule(first.id);
  world.command->delete_relay(green.id);
  world.clock().advance(2h);
  EXPECT_EQ(row(first).state, ScheduleState::cancelled);
  EXPECT_EQ(row(second).state, ScheduleState::cancelled);
  EXPECT_EQ(row(other).state, ScheduleState::waiting);
  EXPECT_EQ(world.get(blue).status, RelayStatus::active);
  EXPECT_EQ(count("reconcile_relay"), 0);
  EXPECT_THAT(last("cancel_schedule").detail, HasSubstr("the relay was deleted"));
}

TEST_F(ScheduleTest, RefusesWhatItDoesNotKnow) {
  start();
  const Relay blue = world.create("blue");
  const Schedule strange =
      schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
  const Schedule never = repeat({.command = ScheduledCommand::reconcile_relays}, "@hourly");
  world.database->execute("UPDATE schedule SET command = 'sing' WHERE id = " +
                          std::to_string(strange.id));
  world.database->execute("UPDATE schedule SET cron = 'now and then' WHERE id = " +
                          std::to_string(never.id));
  world.clock().advance(2h);
  EXPECT_EQ(row(strange).state, ScheduleState::failed);
  EXPECT_THAT(row(strange).last_error, HasSubstr("does not know the command \"sing\""));
  EXPECT_EQ(row(never).state, ScheduleState::failed);
  EXPECT_THAT(row(never).last_error, HasSubstr("has 3 fields"));
}

TEST_F(ScheduleTest, AsksForTheRelaysThatAreOutOfStepOrForAllThatNeedIt) {
  start();
  const Relay blue = world.create("blue");
  const Relay green = world.create("green");
  world.clock().advance(1min);
  world.database->execute("UPDATE relay SET synced = 0 WHERE subdomain = 'green'");
  schedule({.command = ScheduledCommand::reconcile_relays}, 1s);
  world.clock().advance(2s);
  EXPECT_EQ(world.logged(blue, ActivityType::reconcile_relay), 0);
  EXPECT_EQ(world.logged(green, ActivityType::reconcile_relay), 1);
  EXPECT_TRUE(world.get(green).synced);
  world.clock().advance(1min);
  schedule({.command = ScheduledCommand::reconcile_relays, .all = true}, 1s);
  world.clock().advance(1min);
  EXPECT_EQ(count("reconcile_relay"), 1);  // all are as zooid took them
  schedule({.command = ScheduledCommand::reconcile_relays, .all = true, .forced = true}, 1s);
  world.clock().advance(1min);
  EXPECT_EQ(count("reconcile_relay"), 3);
  EXPECT_EQ(count("run_schedule"), 3);
}

TEST_F(ScheduleTest, RetriesOneDeadLetterOrAllOfAReason) {
  start();
  const Relay blue = world.create("blue");
  const Relay green = world.create("green");
  const Relay red = world.create("red");
  world.clock().advance(1min);
  outbox::DeadLetters letters(*world.database);
  const auto add = [&](const Relay& relay, outbox::DeadLetterReason reason) {
    letters.add("relay_sync", relay.id.text, reason, "boom", 6, 1, world.clock().now());
    return letters.find_open("relay_sync", relay.id.text)->id;
  };
  const auto first = add(blue, outbox::DeadLetterReason::exhausted);
  const auto second = add(green, outbox::DeadLetterReason::exhausted);
  const auto third = add(red, outbox::DeadLetterReason::lost);
  const ScheduledWork one{
      .command = ScheduledCommand::retry_dead_letter, .relay = blue.id, .dead_letter = first};
  schedule(one, 1h);
  const Schedule again = schedule(one, 2h);
  world.clock().advance(1h);
  EXPECT_EQ(letters.find(first)->resolution, "retried");
  EXPECT_EQ(world.logged(blue, ActivityType::reconcile_relay), 1);
  world.clock().advance(1h);
  EXPECT_THAT(row(again).last_error, HasSubstr("is already retried"));
  schedule({.command = ScheduledCommand::retry_dead_letters, .reason = "exhausted"}, 1h);
  world.clock().advance(1h + 1s);
  EXPECT_EQ(letters.find(second)->resolution, "retried");
  EXPECT_FALSE(letters.find(third)->resolution);
  EXPECT_EQ(world.logged(red, ActivityType::reconcile_relay), 0);
}

// With real threads: until the loop has heard of their end.
struct ScheduledBackup : ScheduleTest {
  ScheduledBackup() { std::filesystem::create_directory(backups); }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(backups)) {
      names.push_back(entry.path().filename().string());
    }
    std::ranges::sort(names);
    return names;
  }
  void advance_until_run(Milliseconds by, int runs) {
    world.clock().advance(by);
    const auto give_up = std::chrono::steady_clock::now() + 30s;
    while (count("run_schedule") + count("schedule_failed") < runs &&
           std::chrono::steady_clock::now() < give_up) {
      world.io().restart();
      world.io().poll();
    }
    ASSERT_EQ(count("run_schedule") + count("schedule_failed"), runs);
  }

  std::filesystem::path backups = world.directory.path() / "backups";
  ScheduledWork work{.command = ScheduledCommand::back_up, .directory = backups, .keep = 2};
};

TEST_F(ScheduledBackup, IsMadeAtEachTimeAndReplacesTheOldest) {
  start();
  world.create("blue");
  repeat(work, "@daily");
  for (int day = 1; day <= 3; ++day) {
    advance_until_run(24h, day);
  }
  const auto made = files();
  ASSERT_EQ(made.size(), 2U);
  EXPECT_THAT(made[0], HasSubstr("T000000Z.db"));
  const store::Database copy(backups / made[1], world.clock(), {});
  EXPECT_TRUE(store::Query(const_cast<store::Database&>(copy)).find_relay("blue"));
  logger.flush();
  EXPECT_THAT(log_text.str(), HasSubstr("made a scheduled backup"));
}

TEST_F(ScheduledBackup, FailsOnceAndIsMadeTheNextTime) {
  start();
  const Schedule daily = repeat(work, "@daily");
  std::filesystem::remove(backups);
  advance_until_run(24h, 1);
  EXPECT_EQ(row(daily).state, ScheduleState::waiting);
  EXPECT_THAT(row(daily).last_error, HasSubstr("there is no directory"));
  EXPECT_GT(row(daily).next_at, world.clock().now());
  std::filesystem::create_directory(backups);
  advance_until_run(24h, 2);
  EXPECT_EQ(row(daily).last_error, "");
  EXPECT_EQ(files().size(), 1U);
}

// On a disk that fails.
struct BadDisk {
  FaultVfs vfs;  // outlives the world
};

struct ScheduleOnABadDisk : BadDisk, ScheduleTest {
  ScheduleOnABadDisk() : ScheduleTest(vfs.name()) {}
};

TEST_F(ScheduleOnABadDisk, IsCarriedOutOnceWhereverTheProcessDies) {
  start();
  const Relay blue = world.create("blue");
  world.clock().advance(1min);
  bool died = true;
  std::uint64_t nth = 0;
  for (int runs = 1; died; ++runs) {
    ++nth;
    schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
    world.run_ready();
    world.clock().advance(1h - 1ms);
    const std::uint64_t before = vfs.failed();
    vfs.fail_nth(test::DiskOperation::write, nth, SQLITE_IOERR_WRITE, 1'000'000);
    world.clock().advance(1ms);
    died = vfs.failed() > before;
    crash();
    vfs.heal();
    start();
    world.clock().advance(1min);
    EXPECT_EQ(count("deactivate_relay"), runs) << "died at write " << nth;
    EXPECT_EQ(count("run_schedule"), runs);
  }
  EXPECT_GT(nth, 3U);
}

TEST_F(ScheduleOnABadDisk, WaitsForTheDatabase) {
  start();
  const Relay blue = world.create("blue");
  world.clock().advance(1min);
  schedule({.command = ScheduledCommand::deactivate_relay, .relay = blue.id}, 1h);
  world.run_ready();
  vfs.fail(test::DiskOperation::write, SQLITE_FULL);
  world.clock().advance(2h);
  EXPECT_EQ(world.get(blue).status, RelayStatus::active);
  vfs.heal();
  world.clock().advance(1min);
  EXPECT_EQ(world.get(blue).status, RelayStatus::inactive);
  EXPECT_EQ(count("deactivate_relay"), 1);
}

}  // namespace
}  // namespace tender
