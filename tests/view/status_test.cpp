#include "tender/view/status.hpp"

#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/migrations.hpp"

#include "store/store_fixture.hpp"

namespace tender::view {
namespace {

using namespace std::chrono_literals;

struct StatusView : StoreTest {
  [[nodiscard]] nlohmann::ordered_json json() {
    return to_json(take_snapshot(database, clock.now()));
  }
};

TEST_F(StatusView, IsAnObjectWithNullForWhatThereIsNot) {
  EXPECT_EQ(
      json().dump(),
      R"({"database":")" + path.string() + R"(","schema_version":)" +
          std::to_string(store::migrations().back().version) +
          R"(,"sidecar":{"running":false,"pid":null,"heartbeat_age_ms":null},"pause":null,)"
          R"("relays":{"total":0,"synced":0,"pending":0,"failing":0,"held":0,"in_doubt":0,"live":0,)"
          R"("off":0,"unknown":0,"not_served":0,"reported":0,"other_identity":0,"parked":0},)"
          R"("destinations":{"zooid":{"failing_since":null,"reason":"","probe_at":null,)"
          R"("paused_until":null,"stores_nothing":false,"concurrency":null,)"
          R"("answered_at":null}},)"
          R"("outbox":{"due":0,"waiting":0,"next_due":null,"checks":0,"unknown":[]},"config":null,"dead_letters":0,)"
          R"("schedules":{"waiting":0,"failing":0,"next_at":null},)"
          R"("activity":{"last_seq":0,"routed_seq":0},"settings":[],"waits_for_you":[]})");
}

TEST_F(StatusView, CountsRelaysWorkAndActivities) {
  const Relay blue = create("blue");
  create("green");
  command.complete_relay_sync(blue, {.revision = 1, .digest = "d"});
  outbox::DeadLetters(database).add(infra::kRelaySync, "gone", outbox::DeadLetterReason::lost,
                                    "boom", 1, 1, clock.now());
  database.execute(
      "INSERT INTO outbox (kind, key, not_before, attempt, last_error) VALUES "
      "('relay_sync', 'due', 1, 0, NULL), ('relay_sync', 'later', 9000000000000, 1, 'boom')");
  const Snapshot snapshot = take_snapshot(database, clock.now());
  EXPECT_EQ(snapshot.relays.total, 2);
  EXPECT_EQ(snapshot.relays.pending, 1);
  EXPECT_EQ(snapshot.jobs.due, 1);
  EXPECT_EQ(snapshot.jobs.waiting, 1);
  EXPECT_EQ(snapshot.dead_letters, 1);
  EXPECT_EQ(snapshot.logged, 3);
  EXPECT_EQ(snapshot.routed, 0);
}

TEST_F(StatusView, CountsSchedulesAndSaysWhenARepeatedOneFails) {
  Schedule wanted = schedule_of({.command = ScheduledCommand::back_up});
  wanted.next_at = clock.now() + 1h;
  command.create_schedule(wanted);
  wanted.cron = "@daily";
  wanted.next_at = clock.now() + 2h;
  const Schedule daily = command.create_schedule(wanted);
  EXPECT_EQ(json()["schedules"]["waiting"], 2);
  EXPECT_EQ(json()["schedules"]["failing"], 0);
  EXPECT_EQ(json()["schedules"]["next_at"], (clock.now() + 1h).time_since_epoch().count());
  EXPECT_EQ(json()["waits_for_you"].dump(), "[]");
  command.fail_schedule(daily, "disk full", clock.now() + 24h);
  EXPECT_EQ(json()["schedules"]["failing"], 1);
  EXPECT_EQ(json()["waits_for_you"].dump(), R"(["schedules"])");
}

TEST_F(StatusView, CountsTheHeldAndTheOffApartFromWhatIsPendingAndLive) {
  const Relay held = create("held");
  command.fail_relay_sync(held, {.revision = 1, .error = "boom", .outcome = "permanent"});
  outbox::DeadLetters(database).add(infra::kRelaySync, held.id.text,
                                    outbox::DeadLetterReason::rejected, "boom", 1, 1, clock.now());
  for (const char* name : {"live", "old", "off", "old-off", "new-off"}) {
    const Relay relay = create(name);
    command.complete_relay_sync(relay, {.revision = 1, .digest = "d"});
    if (std::string_view(name) != "new-off") {
      command.record_look(get(relay), {.live = true});
    }
    if (std::string_view(name).ends_with("off")) {
      database.execute("UPDATE relay SET status = 'inactive' WHERE subdomain = '" +
                       std::string(name) + "'");
      command.complete_relay_sync(get(relay),
                                  {.revision = 2, .digest = "d", .result = SyncResult::unchanged});
    }
  }
  const TimePoint since = clock.now();
  database.execute("UPDATE relay SET seen_at = seen_at - 1 WHERE subdomain GLOB 'old*'");
  const auto relays = to_json(take_snapshot(database, clock.now(), since))["relays"];
  EXPECT_EQ(
      relays.dump(),
      R"({"total":6,"synced":5,"pending":0,"failing":0,"held":1,"in_doubt":0,"live":1,"off":3,)"
      R"("unknown":1,"not_served":0,"reported":0,"other_identity":0,"parked":0})");
}

TEST_F(StatusView, NamesWhatWaitsForAPerson) {
  Snapshot snapshot;
  snapshot.destinations["zooid"].paused_until = clock.now();
  snapshot.relays.failing = 1;
  snapshot.relays.not_served = 1;
  snapshot.held = 1;
  EXPECT_TRUE(waits_for_person(snapshot).empty());
  snapshot.dead_letters = 1;
  snapshot.relays.other_identity = 1;
  snapshot.relays.not_served = 1000;
  snapshot.reported = 1;
  snapshot.settings = {"LIVEKIT"};
  snapshot.destinations["zooid"].failing_since = clock.now();
  EXPECT_EQ(waits_for_person(snapshot),
            (std::vector<std::string_view>{"dead_letters", "other_identity", "lost_relays",
                                           "reported_drift", "settings", "destinations"}));
  snapshot.relays.live = 998;  // created since; one of the others is only reported
  EXPECT_TRUE(has_lost_relays(snapshot));
  snapshot.relays.live = 999;
  EXPECT_FALSE(has_lost_relays(snapshot));
}

TEST_F(StatusView, ShowsTheSidecarThatHoldsTheLock) {
  const auto lock = store::DatabaseLock::try_acquire(path);
  const TimePoint beat = store::DatabaseLock::holder(path)->heartbeat;
  const auto sidecar = to_json(take_snapshot(database, beat + 3s))["sidecar"];
  EXPECT_EQ(sidecar["running"], true);
  EXPECT_EQ(sidecar["pid"], getpid());
  EXPECT_EQ(sidecar["heartbeat_age_ms"], 3000);
  EXPECT_EQ(take_snapshot(database, beat - 3s).heartbeat_age, 0s);  // its clock is ahead
}

TEST_F(StatusView, ShowsAPauseUntilItIsOver) {
  outbox::DestinationState host;
  host.paused_until = clock.now() + 1s;
  outbox::write_destination_state(database, infra::kZooid, host);
  EXPECT_EQ(json()["destinations"]["zooid"]["paused_until"],
            (clock.now() + 1s).time_since_epoch().count());
  clock.advance(1s);
  EXPECT_TRUE(json()["destinations"]["zooid"]["paused_until"].is_null());
}

TEST_F(StatusView, ShowsWorkThatThisVersionDoesNotKnow) {
  database.execute(
      "INSERT INTO outbox (kind, key, destination, not_before) VALUES "
      "('dance', 'a', 'zooid', 1), ('dance', 'b', 'zooid', 1), ('relay_sync', 'c', 'moon', 1), "
      "('relay_sync', 'd', 'zooid', 1)");
  EXPECT_EQ(
      json()["outbox"]["unknown"].dump(),
      R"([{"kind":"dance","destination":"zooid"},{"kind":"relay_sync","destination":"moon"}])");
}

}  // namespace
}  // namespace tender::view
