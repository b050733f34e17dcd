// The sidecar as its host sees it: standby, lock, heartbeat and drain, on virtual time and
// loopback.
#include "tender/service/sidecar.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/infra/setting_changes.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/schedule_table.hpp"
#include "tender/store/store_error.hpp"

#include "support/fault_vfs.hpp"
#include "support/log_sink.hpp"
#include "support/raw_server.hpp"
#include "support/world.hpp"

namespace tender::service {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

constexpr std::chrono::seconds kDeadline{30};

struct SidecarTest : testing::Test {
  SidecarTest() {
    env.database_path = path;
    env.zooid_api_urls = {http::Url::parse(zooid.url())};
  }

  ~SidecarTest() override {
    zooid.stop();
    sidecar.reset();
  }

  void make(Sidecar::Options options = {}) {
    sidecar = std::make_unique<Sidecar>(env, io.get_executor(), logger,
                                        Sidecar::Runtime{database, clock, random}, options);
  }

  void start(Sidecar::Options options = {}) {
    make(options);
    run();
  }

  void run() {
    boost::asio::co_spawn(io, sidecar->run(), [this](const std::exception_ptr& error, bool worked) {
      ended = worked;
      fault = error;
    });
    clock.run_ready();
  }

  // Runs the io_context, without moving time, until the network has brought that about.
  void run_until(const std::function<bool()>& condition) {
    const auto give_up = std::chrono::steady_clock::now() + kDeadline;
    while (!condition() && std::chrono::steady_clock::now() < give_up) {
      io.restart();
      io.poll();
    }
    ASSERT_TRUE(condition());
  }

  [[nodiscard]] bool is_locked() const { return store::DatabaseLock::holder(path).has_value(); }

  [[nodiscard]] store::StoreError store_fault() const {
    try {
      std::rethrow_exception(fault);
    } catch (const store::StoreError& error) {
      return error;
    }
  }

  Relay create(const std::string& subdomain) const {
    RelayChange change;
    change.tenant = test::kTenant;
    change.subdomain = subdomain;
    return sidecar->command().create_relay(change);
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{1};
  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  test::RawServer zooid{io};  // reads a request, and never answers
  config::Env env = test::test_env(random);
  std::ostringstream log;
  Logger logger{"test", test::log_sink(log)};
  store::Database database{path, clock, {}};
  std::unique_ptr<Sidecar> sidecar;
  std::optional<bool> ended;  // what run() has returned; false when it threw
  std::exception_ptr fault;
};

TEST_F(SidecarTest, RefusesToMoveEveryRelayUnlessAPersonAgrees) {
  infra::SettingChanges(database, env).remember();
  database.execute(
      "INSERT INTO relay (id, tenant, subdomain, schema, synced_revision) VALUES ('r1', '" +
      std::string(test::kTenant) + "', 'blue', 'blue_r1', 1)");
  env.relay_domain = "elsewhere.test";
  start();
  ASSERT_TRUE(fault);
  EXPECT_THROW(std::rethrow_exception(fault), Error);
  EXPECT_FALSE(is_locked());
  infra::SettingChanges(database, env).accept();
  fault = nullptr;
  start();
  EXPECT_FALSE(fault);
  EXPECT_TRUE(is_locked());
  sidecar->stop();
  clock.run_ready();
}

TEST_F(SidecarTest, HoldsTheLockAsLongAsItWorks) {
  start();
  EXPECT_TRUE(is_locked());
  EXPECT_FALSE(ended);
  sidecar->stop();
  clock.run_ready();
  EXPECT_EQ(ended, true);
  EXPECT_FALSE(is_locked());
}

TEST_F(SidecarTest, WaitsAsAStandbyUntilTheLockIsFree) {
  auto other = store::DatabaseLock::try_acquire(path);
  start();
  clock.advance(1min);
  EXPECT_FALSE(ended);
  EXPECT_THAT(log.str(), HasSubstr("waiting as standby"));
  EXPECT_TRUE(sidecar->condition().standby);
  other.reset();
  EXPECT_FALSE(is_locked());
  clock.advance(500ms);
  EXPECT_TRUE(is_locked());
  EXPECT_FALSE(sidecar->condition().standby);
  sidecar->stop();
  clock.run_ready();
  EXPECT_EQ(ended, true);
}

TEST_F(SidecarTest, EndsAsAStandbyWhenItIsStopped) {
  const auto other = store::DatabaseLock::try_acquire(path);
  start();
  sidecar->stop();
  clock.run_ready();
  EXPECT_EQ(ended, false);
  EXPECT_FALSE(fault);
}

TEST_F(SidecarTest, DoesNotWaitWhenItIsToldNotTo) {
  const auto other = store::DatabaseLock::try_acquire(path);
  start({.standby = false});
  EXPECT_EQ(ended, false);
  EXPECT_FALSE(fault);
  EXPECT_EQ(log.str(), "");
}

TEST_F(SidecarTest, DoesNothingWhenItIsStoppedBeforeItRuns) {
  make();
  sidecar->stop();
  run();
  EXPECT_EQ(ended, false);
  EXPECT_FALSE(fault);
}

TEST_F(SidecarTest, HearsOfWhatIsWrittenThroughItAndByOthers) {
  const auto other = store::DatabaseLock::try_acquire(path);  // on standby too
  make();
  auto heard = sidecar->activities().subscribe();
  run();
  create("blue");
  database.execute(
      "INSERT INTO activity (tenant, activity_type, resource_type, resource_id) "
      "VALUES ('t', 'paid', 'invoice', 'i')");
  std::vector<std::int64_t> seqs;
  const auto listen = [&]() -> boost::asio::awaitable<void> {
    while (true) {
      const auto received = co_await heard.recv();
      if (std::holds_alternative<store::Closed>(received.item)) {
        co_return;
      }
      seqs.push_back(std::get<std::int64_t>(received.item));
    }
  };
  bool closed = false;
  boost::asio::co_spawn(io, listen(), [&closed](const std::exception_ptr&) { closed = true; });
  clock.advance(1s);
  EXPECT_EQ(seqs, (std::vector<std::int64_t>{1, 2}));
  sidecar->stop();
  clock.run_ready();
  EXPECT_TRUE(closed);
}

TEST_F(SidecarTest, BreaksOffAfterTenSecondsWhatIsStillInFlight) {
  start();
  create("blue");
  run_until([this] { return sidecar->in_flight() == 1 && !zooid.requests().empty(); });
  sidecar->stop();
  clock.advance(9s);
  EXPECT_FALSE(ended);
  clock.advance(1s);
  run_until([this] { return ended.has_value(); });
  EXPECT_FALSE(fault);
  EXPECT_THAT(log.str(), HasSubstr("cancelled the work that was still in flight; it is done again "
                                   "at the next start in_flight=1 "
                                   "waited=10s"));
  EXPECT_FALSE(is_locked());
}

// As its host does when something beside it fails.
TEST_F(SidecarTest, EndsInOrderAfterAFaultOfTheLoop) {
  start();
  const Relay blue = create("blue");
  run_until([this] { return sidecar->in_flight() == 1 && !zooid.requests().empty(); });
  boost::asio::post(io, [] { throw std::runtime_error("a bug"); });
  io.restart();
  EXPECT_THROW(io.run(), std::runtime_error);
  EXPECT_FALSE(ended);
  sidecar->stop();
  clock.advance(10s);
  run_until([this] { return ended.has_value(); });
  EXPECT_FALSE(fault);
  EXPECT_FALSE(is_locked());
  EXPECT_TRUE(outbox::Outbox(database).find(infra::kRelaySync, blue.id.text));  // due again
}

TEST_F(SidecarTest, DoesNotWaitForAProbeWhenItIsStopped) {
  start();
  clock.advance(3s);
  run_until([this] { return !zooid.requests().empty(); });  // and never answers
  sidecar->stop();
  run_until([this] { return ended.has_value(); });
  EXPECT_FALSE(fault);
  EXPECT_THAT(log.str(), testing::Not(HasSubstr("in flight")));
}

// Broken off, it could leave its scratch relay behind.
TEST_F(SidecarTest, WaitsForAProbeThatWritesWhenItIsStopped) {
  outbox::DestinationState state;
  state.failing_since = clock.now();
  state.probe_at = clock.now();
  state.stores_nothing = true;
  outbox::write_destination_state(database, infra::kZooid, state);
  start();
  run_until([this] { return !zooid.requests().empty(); });
  EXPECT_THAT(zooid.requests().front(), HasSubstr("POST "));
  sidecar->stop();
  clock.advance(9s);
  EXPECT_FALSE(ended);
  clock.advance(1s);
  run_until([this] { return ended.has_value(); });
}

TEST_F(SidecarTest, CarriesOutWhatIsScheduledUnlessItIsToldNotTo) {
  for (const bool schedules : {false, true}) {
    make({.schedules = schedules});
    const Relay relay = create(schedules ? "blue" : "green");
    Schedule wanted =
        schedule_of({.command = ScheduledCommand::deactivate_relay, .relay = relay.id});
    wanted.next_at = clock.now() + 1h;
    const Schedule waits = sidecar->command().create_schedule(wanted);
    sidecar->command().pause_sync(std::nullopt, "");  // nothing goes out to the network
    run();
    clock.advance(1h);
    EXPECT_EQ(store::ScheduleTable(database).find(waits.id)->state,
              schedules ? ScheduleState::done : ScheduleState::waiting);
    sidecar->stop();
    clock.run_ready();
    EXPECT_EQ(std::exchange(ended, std::nullopt), true);
  }
}

TEST_F(SidecarTest, ShowsAHeartbeatEveryTenSeconds) {
  start();
  const std::filesystem::path lock = path.string() + ".lock";
  const auto long_ago = std::filesystem::last_write_time(lock) - 1h;
  std::filesystem::last_write_time(lock, long_ago);
  clock.advance(9s);
  EXPECT_EQ(std::filesystem::last_write_time(lock), long_ago);
  clock.advance(1s);
  EXPECT_GT(std::filesystem::last_write_time(lock), long_ago);
  sidecar->stop();
  clock.run_ready();
}

// The heartbeat that an outage has put off does not wait for the next ten seconds.
TEST_F(SidecarTest, ShowsAHeartbeatAsSoonAsTheDatabaseCanBeUsedAgain) {
  test::FaultVfs vfs;
  store::Database::Options on_vfs;
  on_vfs.vfs = vfs.name();
  store::Database failing(path, clock, on_vfs);
  sidecar = std::make_unique<Sidecar>(env, io.get_executor(), logger,
                                      Sidecar::Runtime{failing, clock, random}, Sidecar::Options{});
  run();
  const std::filesystem::path lock = path.string() + ".lock";
  const auto long_ago = std::filesystem::last_write_time(lock) - 1h;
  vfs.fail(test::DiskOperation::write, SQLITE_FULL);
  sidecar->note_fault(store::StoreError(store::StoreFault::full, "disk full", "free some"));
  EXPECT_EQ(sidecar->condition().outage_reason, "disk full; free some");
  std::filesystem::last_write_time(lock, long_ago);
  clock.advance(14s);
  EXPECT_EQ(std::filesystem::last_write_time(lock), long_ago);
  vfs.heal();
  ASSERT_TRUE(clock.advance_until([this] { return !sidecar->condition().outage; }, 1min));
  EXPECT_EQ(sidecar->condition().outage_reason, "");
  clock.advance(1s);
  EXPECT_GT(std::filesystem::last_write_time(lock), long_ago);
  sidecar->stop();
  clock.run_ready();
  sidecar.reset();
}

TEST_F(SidecarTest, StopsByItselfWhenTheLockFileIsRemoved) {
  start();
  std::filesystem::remove(path.string() + ".lock");
  clock.advance(1s);
  ASSERT_TRUE(fault);
  EXPECT_THAT(store_fault().what(), HasSubstr("was removed or replaced"));
}

TEST_F(SidecarTest, StopsByItselfWhenTheDatabaseIsMoved) {
  start();
  std::filesystem::rename(path, path.string() + ".old");
  clock.advance(1s);
  ASSERT_TRUE(fault);
  EXPECT_THAT(store_fault().what(), HasSubstr("was moved, removed or replaced"));
}

TEST_F(SidecarTest, OpensTheDatabaseOfItsEnvironmentWhenNoneIsLent) {
  env.database_path = directory.path() / "new" / "tender.db";
  sidecar = std::make_unique<Sidecar>(env, io.get_executor(), logger, Sidecar::Options{});
  EXPECT_EQ(create("blue").revision, 1);
  EXPECT_TRUE(std::filesystem::exists(env.database_path));
}

TEST_F(SidecarTest, RefusesADamagedDatabase) {
  env.database_path = directory.path() / "damaged.db";
  std::ofstream(env.database_path) << std::string(10'000, 'x');
  EXPECT_THROW(Sidecar(env, io.get_executor(), logger, Sidecar::Options{}), store::StoreError);
}

}  // namespace
}  // namespace tender::service
