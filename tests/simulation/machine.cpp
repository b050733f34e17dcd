#include "simulation/machine.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "tender/store/activity_pruner.hpp"
#include "tender/store/store_error.hpp"

#include "simulation/final_rules.hpp"
#include "simulation/trace_logger.hpp"
#include "support/world.hpp"

namespace tender::simulation {
namespace {

using test::DiskOperation;

constexpr Milliseconds kStopPatience{10'000};
constexpr int kMostHandlersAtOnce = 20'000;
constexpr Milliseconds kLongestWatch{50};  // until CommitWatch has seen a commit
constexpr std::array<DiskOperation, 3> kDiskOperations{DiskOperation::read, DiskOperation::write,
                                                       DiskOperation::sync};

constexpr std::array<std::size_t, 4> kConcurrency{1, 2, 16, 64};
constexpr std::array<int, 4> kRates{0, 0, 0, 2};
constexpr std::array<Milliseconds, 3> kTimeouts{std::chrono::seconds(5), std::chrono::seconds(5),
                                                std::chrono::seconds(40)};
constexpr std::array<config::RelayVerify, 3> kVerify{
    config::RelayVerify::off, config::RelayVerify::direct, config::RelayVerify::direct};
constexpr std::array<config::RelayRecreate, 3> kRecreate{
    config::RelayRecreate::never, config::RelayRecreate::never, config::RelayRecreate::automatic};
constexpr std::array<Milliseconds, 2> kCaps{std::chrono::minutes(2), std::chrono::minutes(15)};
constexpr std::array<Milliseconds, 2> kIntervals{Milliseconds::zero(), std::chrono::minutes(20)};
constexpr std::array<Milliseconds, 2> kSweeps{Milliseconds::zero(), std::chrono::minutes(30)};
constexpr std::array<config::RelayDrift, 4> kDrifts{
    config::RelayDrift::automatic, config::RelayDrift::automatic, config::RelayDrift::enforce,
    config::RelayDrift::adopt};

config::Env life_env(Random& random, Dice& dice) {
  config::Env env = test::test_env(random);
  if (dice.chance(70)) {
    env.blossom_s3 = config::S3Settings{.endpoint = "https://s3.test",
                                        .region = "eu",
                                        .bucket = "media",
                                        .access_key = Secret("s3-access"),
                                        .secret_key = Secret("s3-secret")};
  }
  env.relay_sync_concurrency = dice.pick(kConcurrency);
  env.relay_sync_retry_cap = dice.pick(kCaps);
  env.relay_sync_rate = dice.pick(kRates);
  env.reconcile_interval = dice.pick(kIntervals);
  env.zooid_api_timeout = dice.pick(kTimeouts);
  env.relay_verify = dice.pick(kVerify);
  env.relay_recreate = dice.pick(kRecreate);
  env.relay_sweep = dice.pick(kSweeps);
  env.relay_drift = dice.pick(kDrifts);
  if (dice.chance(70)) {
    env.livekit = config::LivekitSettings{
        .url = "wss://live.test", .api_key = Secret("lk-key"), .api_secret = Secret("lk-secret")};
  }
  return env;
}

// In memory where that is to be had: a life commits a thousand times.
std::filesystem::path fast_directory() {
  const std::filesystem::path memory = "/dev/shm";
  std::error_code ignored;
  return std::filesystem::is_directory(memory, ignored) ? memory
                                                        : std::filesystem::temp_directory_path();
}

std::size_t channel_capacity(Weather& weather, Dice& dice) {
  return weather.has(FaultKind::broadcast_lag) ? static_cast<std::size_t>(dice.between(1, 4)) : 64;
}

}  // namespace

Machine::Machine(std::uint64_t seed, Timeline& timeline, Weather& weather, Trace& trace)
    : timeline_(timeline),
      weather_(weather),
      trace_(trace),
      dice_(seed, 4),
      random_(seed),
      directory_(fast_directory()),
      env_(life_env(random_, dice_)),
      logger_(make_trace_logger(trace_)),
      network_(timeline_, weather_, trace_, Dice(seed, 2)),
      witness_(env_, wall_clock_, timeline_, trace_),
      others_({path_, disk_.name(), wall_clock_, timeline_, weather_, trace_, witness_},
              Dice(seed, 3), seed + 1),
      process_({path_, env_, random_, network_, *logger_},
               {.channel_capacity = channel_capacity(weather_, dice_),
                .busy_timeout = Milliseconds::zero(),
                .vfs = disk_.name()}),
      followed_(timeline_.now()) {
  trace_.leave_out(directory_.path().string() + "/");
  network_.set_listener(witness_);
  if (weather_.has(FaultKind::older_zooid)) {
    network_.zooid.generation = test::Generation::a;
  }
  connect();
}

void Machine::connect() {
  try {
    others_.connect();  // the first makes the tables
    witness_.connect(path_);
  } catch (const store::StoreError& error) {
    trace_.violate("a healthy disk, and the database cannot be opened: {}", error.what());
  }
}

void Machine::start() {
  if (process_.alive()) {
    return;
  }
  ++process_number_;
  stopping_ = false;
  try {
    process_.open(wall_clock_.now());
    network_.attach(process_.clock());
    trace_.line("process {} starts", process_number_);
    witness_.process_started();
    process_.start();
  } catch (const store::StoreError& error) {
    trace_.line("the process cannot start: {}", error.what());
    timeline_.in(dice_.between(Milliseconds(500), Milliseconds(5000)), [this] { start(); });
    return;
  }
}

void Machine::restart() {
  end_process(Milliseconds::zero());
}

void Machine::crash(FaultKind kind) {
  if (!process_.alive()) {
    return;
  }
  trace_.fault(kind, "process {} dies", process_number_);
  if (witness_.any_under_way()) {
    trace_.fault(FaultKind::crash_with_requests_under_way, "process {}", process_number_);
  }
  end_process(dice_.chance(50) ? Milliseconds::zero()
                               : dice_.between(Milliseconds(1), Milliseconds(10'000)));
}

void Machine::stop() {
  if (!process_.alive() || stopping_) {
    return;
  }
  trace_.fault(FaultKind::stop_and_restart, "process {}", process_number_);
  stopping_ = true;
  process_.stop();
  timeline_.in(kStopPatience, [this, number = process_number_] {
    if (number == process_number_ && process_.alive()) {
      end_process(Milliseconds::zero());
    }
  });
}

void Machine::end_process(Milliseconds restart_after) {
  process_.kill();
  witness_.catch_up();
  witness_.process_ended();
  handlers_left_ = 0;
  if (weather_.has(FaultKind::settings_changed) && dice_.chance(30)) {
    change_settings();
  }
  timeline_.in(restart_after, [this] { start(); });
}

// Only what needs no consent: tender asks before it switches something off.
void Machine::change_settings() {
  const std::string secret = fmt::format("secret {}", process_number_);
  if (env_.livekit && dice_.chance(50)) {
    env_.livekit->api_secret = Secret(secret);
  } else if (env_.blossom_s3) {
    env_.blossom_s3->secret_key = Secret(secret);
  } else {
    return;
  }
  trace_.fault(FaultKind::settings_changed, "a credential is \"{}\"", secret);
  witness_.settings_changed(env_);
}

void Machine::jump(Milliseconds by) {
  trace_.fault(by > Milliseconds::zero() ? FaultKind::clock_forward : FaultKind::clock_back,
               "by {} s", by.count() / 1000);
  set_skew(wall_clock_.skew + by);
}

void Machine::set_skew(Milliseconds skew) {
  if (wall_clock_.skew == skew) {
    return;
  }
  wall_clock_.skew = skew;
  network_.set_skew(skew);
  witness_.clock_jumped();
  follow_time();
}

void Machine::create() {
  others_.create();
  commit_is_seen();
}

void Machine::command() {
  others_.act(process_.command);
  commit_is_seen();
}

void Machine::pause() {
  others_.pause();
  commit_is_seen();
}

void Machine::resume() {
  others_.resume();
  commit_is_seen();
}

void Machine::commit_is_seen() {
  // What CommitWatch sees, unless inotify is not to be had.
  if (dice_.chance(80)) {
    timeline_.in(dice_.between(Milliseconds::zero(), kLongestWatch), [this] {
      if (process_.alive()) {
        process_.tail->look_closely();
      }
    });
  }
}

void Machine::fail_disk_once() {
  const DiskOperation operation = dice_.pick(kDiskOperations);
  const auto nth = static_cast<std::uint64_t>(dice_.between(1, 30));
  trace_.fault(FaultKind::disk_error, "operation {}, the {}th from now",
               static_cast<int>(operation), nth);
  disk_.fail_nth(operation, nth, SQLITE_IOERR);
}

void Machine::fill_disk() {
  trace_.fault(FaultKind::disk_full, "for a while");
  disk_.fail(DiskOperation::write, SQLITE_FULL);
  timeline_.in(dice_.between(Milliseconds(10), Milliseconds(60'000)), [this] {
    trace_.line("the disk has room again");
    disk_.heal();
  });
}

void Machine::cut_power_at_write(int nth) {
  cut_ = disk_.failed() + 1;
  disk_.fail_nth(DiskOperation::write, static_cast<std::uint64_t>(nth), SQLITE_IOERR);
}

void Machine::prune_log() {
  if (!process_.alive()) {
    return;
  }
  trace_.fault(FaultKind::log_pruned, "all that nobody needs");
  witness_.catch_up();
  try {
    store::ActivityPruner pruner(*process_.database, wall_clock_,
                                 store::ActivityPruner::Archive::drop);
    const auto routed = witness_.tables().routed();
    while (!pruner.step(wall_clock_.now(), routed).finished) {
    }
  } catch (const store::StoreError& error) {
    trace_.line("the log is not pruned: {}", error.what());
  }
}

void Machine::checkpoint() {
  if (!process_.alive()) {
    return;
  }
  trace_.fault(FaultKind::checkpoint, "by the worker");
  try {
    static_cast<void>(process_.database->checkpoint());
  } catch (const store::StoreError& error) {
    trace_.line("no checkpoint: {}", error.what());
  }
}

void Machine::lose_power() {
  trace_.fault(FaultKind::power_cut, "what was not synced is gone");
  cut_.reset();
  disk_.cut_power();
  end_process(dice_.between(Milliseconds(1), Milliseconds(30'000)));
  others_.disconnect();
  witness_.disconnect();
  disk_.heal();
  disk_.restore_power();
  connect();
}

void Machine::heal() {
  disk_.heal();
  cut_.reset();
  handlers_left_ = 0;
  network_.heal();
  others_.release_write_lock();
  set_skew(Milliseconds::zero());
  resume();
}

void Machine::run_ready() {
  try {
    for (int handlers = 0; process_.alive() && !trace_.violation(); ++handlers) {
      if (handlers > kMostHandlersAtOnce) {
        trace_.violate("the process spins: {} handlers, and no time has passed", handlers);
      }
      process_.io().restart();
      if (process_.io().poll_one() == 0) {
        break;
      }
      after_a_handler();
    }
  } catch (const std::exception& bug) {
    trace_.violate("an exception escaped: {}", bug.what());
  }
  witness_.instant_ended();
}

void Machine::after_a_handler() {
  if (disk_.failed() != failures_seen_ || others_.locked()) {
    failures_seen_ = disk_.failed();
    witness_.store_failed();
  }
  if (cut_ && disk_.failed() >= *cut_) {
    lose_power();
  } else if (handlers_left_ > 0 && --handlers_left_ == 0) {
    crash(FaultKind::crash_after_a_handler);
  } else if (stopping_ && process_.ended) {
    end_process(Milliseconds::zero());
  }
}

void Machine::follow_time() {
  const Milliseconds passed = timeline_.now() - std::exchange(followed_, timeline_.now());
  if (process_.alive()) {
    process_.clock().move_to(wall_clock_.now(), passed);
  }
}

std::optional<TimePoint> Machine::next_wake() {
  if (!process_.alive()) {
    return std::nullopt;
  }
  const auto deadline = process_.clock().next_deadline();
  if (!deadline || *deadline == TimePoint::max()) {
    return std::nullopt;
  }
  return std::max(*deadline - wall_clock_.skew, timeline_.now());
}

bool Machine::quiet() {
  return process_.alive() && network_.under_way() == 0 && is_quiet(witness_);
}

}  // namespace tender::simulation
