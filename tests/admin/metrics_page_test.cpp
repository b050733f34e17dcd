// GET /metrics: what is read from the database for it, and what becomes of it when that cannot be
// read.
#include "admin/metrics_page.hpp"

#include <optional>
#include <string>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/outbox.hpp"

#include "support/fault_vfs.hpp"
#include "support/metric_value.hpp"
#include "support/world.hpp"

namespace tender::admin {
namespace {

using namespace std::chrono_literals;

struct Page : testing::Test {
  Page() { env.database_path = path; }

  // Of a scrape when what was read last is old.
  double metric(std::string_view series) {
    clock.advance(MetricsPage::kFresh);
    return metric_now(series);
  }
  double metric_now(std::string_view series) { return test::metric_in(page.answer().body, series); }

  Relay create(const std::string& subdomain) {
    RelayChange change;
    change.tenant = test::kTenant;
    change.subdomain = subdomain;
    return sidecar.command().create_relay(change);
  }

  double relays(const std::string& state) {
    return metric("tender_relays{state=\"" + state + "\"}");
  }

  [[nodiscard]] store::Database::Options on_disk() const {
    store::Database::Options options;
    options.vfs = vfs.name();
    return options;
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{1};
  test::TempDir directory;
  test::FaultVfs vfs;
  std::filesystem::path path = directory.path() / "tender.db";
  config::Env env = test::test_env(random);
  std::shared_ptr<Logger> logger = make_null_logger();
  store::Database database{path, clock, on_disk()};
  service::Sidecar sidecar{
      env, io.get_executor(), *logger, service::Sidecar::Runtime{database, clock, random}, {}};
  Desk desk{env, sidecar, clock};
  MetricsPage page{desk};
  bool ended = false;
};

TEST_F(Page, IsTheTextFormatOfPrometheus) {
  const http::Response response = page.answer();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_THAT(response.body, testing::StartsWith("# HELP "));
}

TEST_F(Page, CountsEachRelayInOneState) {
  const auto shown = [this](const Relay& relay, bool live) {
    sidecar.command().complete_relay_sync(
        relay, {.revision = relay.revision, .digest = "d", .result = SyncResult::created});
    sidecar.command().record_look(sidecar.query().get_relay(relay.id).value(),
                                  {.live = live, .pushes = 0, .identity = {}});
  };
  create("pending");
  const Relay failing = create("failing");
  sidecar.command().fail_relay_sync(failing,
                                    {.revision = 1, .error = "boom", .outcome = "transient"});
  const Relay held = create("held");
  sidecar.command().fail_relay_sync(held, {.revision = 1, .error = "boom", .outcome = "permanent"});
  outbox::DeadLetters(database).add(infra::kRelaySync, held.id.text,
                                    outbox::DeadLetterReason::rejected, "boom", 1, 1, clock.now());
  const Relay fresh = create("fresh");
  sidecar.command().complete_relay_sync(
      fresh, {.revision = 1, .digest = "d", .result = SyncResult::created});
  shown(create("live"), true);
  shown(create("elsewhere"), false);
  const Relay deleted = create("deleted");
  shown(deleted, true);
  static_cast<void>(sidecar.command().delete_relay(deleted.id));
  for (const char* const state : {"failing", "held", "in_step", "live", "not_served"}) {
    EXPECT_EQ(relays(state), 1) << state;
  }
  EXPECT_EQ(relays("pending"), 2);  // the deleted one, too
  EXPECT_EQ(relays("off"), 0);
  EXPECT_EQ(metric("tender_relays_being_deleted"), 1);
  EXPECT_EQ(metric(R"(tender_dead_letters_open{reason="rejected"})"), 1);
  EXPECT_EQ(metric(R"(tender_dead_letters_open{reason="lost"})"), 0);
}

TEST_F(Page, ShowsTheWorkThatThereIsAndHowOldItIs) {
  outbox::Outbox outbox(database);
  const TimePoint begin = clock.now();
  outbox::Job job = infra::relay_job(infra::kRelaySync, RelayId{"r1"});
  job.priority = outbox::Priority::urgent;
  outbox.enqueue(job, begin);
  job.key = "r2";
  outbox.enqueue(job, begin + 10s);
  job.key = "r3";
  job.priority = outbox::Priority::bulk;
  outbox.enqueue(job, begin + 24h);
  job.kind = "webhook";  // of a newer version
  outbox.enqueue(job, begin);
  clock.advance(1min);
  const std::string urgent = R"({destination="zooid",kind="relay_sync",priority="urgent"})";
  const std::string bulk = R"({destination="zooid",kind="relay_sync",priority="bulk"})";
  EXPECT_EQ(metric_now("tender_work" + urgent), 2);
  EXPECT_EQ(metric_now("tender_work" + bulk), 1);
  EXPECT_EQ(metric_now("tender_work_oldest_age_seconds" + urgent), 60);
  EXPECT_EQ(metric_now("tender_work_oldest_age_seconds" + bulk), 0);
  database.execute("DELETE FROM outbox");
  EXPECT_EQ(metric("tender_work" + urgent), 0);
  EXPECT_EQ(metric("tender_work_oldest_age_seconds" + urgent), 0);
}

TEST_F(Page, ShowsTheStateOfTheDestination) {
  const auto is = [this](const std::string& state) {
    return metric("tender_destination_state{destination=\"zooid\",state=\"" + state + "\"}") == 1;
  };
  const std::string answered =
      R"(tender_destination_last_answer_timestamp_seconds{destination="zooid"})";
  EXPECT_TRUE(is("usable"));
  EXPECT_EQ(metric(answered), 0);
  outbox::DestinationState zooid;
  zooid.paused_until = clock.now() + 1h;
  zooid.answered_at = TimePoint(1'700'000'000s);
  outbox::write_destination_state(database, "zooid", zooid);
  EXPECT_TRUE(is("paused"));
  EXPECT_EQ(metric(answered), 1'700'000'000);
  zooid.failing_since = clock.now();
  zooid.probe_at = clock.now();
  outbox::write_destination_state(database, "zooid", zooid);
  EXPECT_TRUE(is("failing"));
  EXPECT_FALSE(is("usable"));
  zooid.stores_nothing = true;
  outbox::write_destination_state(database, "zooid", zooid);
  EXPECT_TRUE(is("not_storing"));
}

TEST_F(Page, ShowsAPauseAndActivitiesThatWait) {
  EXPECT_EQ(metric("tender_paused"), 0);
  create("blue");
  static_cast<void>(sidecar.command().pause_sync(std::nullopt, "upgrade"));
  EXPECT_EQ(metric("tender_paused"), 1);
  EXPECT_EQ(metric("tender_activities_unrouted"), 2);
}

TEST_F(Page, TellsAnActiveSidecarFromOneOnStandby) {
  EXPECT_EQ(metric("tender_active"), 0);
  boost::asio::co_spawn(io, sidecar.run(),
                        [this](const std::exception_ptr&, bool) { ended = true; });
  clock.run_ready();
  EXPECT_EQ(metric("tender_active"), 1);
  clock.advance(5s);
  EXPECT_GE(metric("tender_event_loop_delay_seconds_count"), 5);
  EXPECT_EQ(metric("tender_event_loop_delay_seconds_sum"), 0);
  sidecar.stop();
  clock.advance(1s);
  EXPECT_TRUE(ended);
}

TEST_F(Page, ReadsTheDatabaseNowAndThenOnly) {
  EXPECT_EQ(metric_now(R"(tender_relays{state="pending"})"), 0);
  create("blue");
  clock.advance(MetricsPage::kFresh - 1ms);
  EXPECT_EQ(metric_now(R"(tender_relays{state="pending"})"), 0);
  EXPECT_DOUBLE_EQ(metric_now("tender_snapshot_age_seconds"), 4.999);
  clock.advance(1ms);
  EXPECT_EQ(metric_now(R"(tender_relays{state="pending"})"), 1);
  EXPECT_EQ(metric_now("tender_snapshot_age_seconds"), 0);
}

TEST_F(Page, KeepsTheLastNumbersWhileTheDatabaseCannotBeRead) {
  create("blue");
  EXPECT_EQ(metric_now(R"(tender_relays{state="pending"})"), 1);
  database.execute("ALTER TABLE outbox RENAME TO gone");
  clock.advance(1min);
  const http::Response response = page.answer();
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(test::metric_in(response.body, R"(tender_relays{state="pending"})"), 1);
  EXPECT_EQ(test::metric_in(response.body, "tender_snapshot_age_seconds"), 60);
  EXPECT_GE(test::metric_in(response.body, R"(tender_sqlite_errors_total{fault="other"})"), 1);
}

TEST_F(Page, SaysThatWorkHasStoppedBecauseOfTheDatabase) {
  boost::asio::co_spawn(io, sidecar.run(),
                        [this](const std::exception_ptr&, bool) { ended = true; });
  clock.run_ready();
  EXPECT_EQ(metric("tender_database_outage"), 0);
  vfs.fail(test::DiskOperation::write, SQLITE_FULL);
  {
    store::Database other(path, clock, {});
    other.execute("INSERT INTO relay (id, tenant, subdomain, schema) VALUES ('r1', '" +
                  std::string(test::kTenant) + "', 'blue', 'blue_r1')");
    other.execute(
        "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
        "VALUES ('', 'create_relay', 'relay', 'r1')");
  }
  clock.advance(5s);
  EXPECT_EQ(metric("tender_database_outage"), 1);
  EXPECT_GE(metric("tender_snapshot_age_seconds"), 5);
  EXPECT_GE(metric(R"(tender_sqlite_errors_total{fault="full"})"), 1);
  vfs.heal();
  clock.advance(1min);
  EXPECT_EQ(metric("tender_database_outage"), 0);
  EXPECT_EQ(metric("tender_snapshot_age_seconds"), 0);
  sidecar.stop();
  clock.advance(1min);
  EXPECT_TRUE(ended);
}

TEST_F(Page, SaysWhatTheWriteAheadLogAndTheProcessTakeUp) {
  create("blue");
  EXPECT_GT(metric("tender_sqlite_wal_bytes"), 0);
  EXPECT_GT(metric("process_resident_memory_bytes"), 0);
  EXPECT_GT(metric("process_open_fds"), 0);
  EXPECT_GT(metric("process_start_time_seconds"), 0);
  EXPECT_GE(metric("process_cpu_seconds_total"), 0);
}

}  // namespace
}  // namespace tender::admin
