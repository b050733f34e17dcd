#include "simulation/life.hpp"

#include <algorithm>
#include <exception>

#include "tender/store/store_error.hpp"

#include "simulation/final_rules.hpp"
#include "simulation/other_programs.hpp"
#include "simulation/plan.hpp"
#include "simulation/trace_logger.hpp"
#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/world.hpp"

namespace tender::simulation {
namespace {

constexpr TimePoint kStart{std::chrono::hours(24 * 365 * 56)};
constexpr Milliseconds kLookForQuiet{5'000};
constexpr Milliseconds kStaysQuiet{std::chrono::minutes(2)};
constexpr Milliseconds kQuietAfter{
    std::chrono::hours(6)};  // the longest backoff, and a clock set back
constexpr Milliseconds kStopPatience{10'000};

config::Env life_env(Random& random) {
  config::Env env = test::test_env(random);
  env.blossom_s3 = config::S3Settings{.endpoint = "https://s3.test",
                                      .region = "eu",
                                      .bucket = "media",
                                      .access_key = Secret("s3-access"),
                                      .secret_key = Secret("s3-secret")};
  env.livekit = config::LivekitSettings{
      .url = "wss://live.test", .api_key = Secret("lk-key"), .api_secret = Secret("lk-secret")};
  return env;
}

}  // namespace

class Life final : public Stagehand {
 public:
  explicit Life(std::uint64_t seed);
  Trace live();

  // What the plan may do.
  void crash(FaultKind kind) override;
  void crash_after(int handlers) override { handlers_left_ = handlers; }
  void stop() override;
  void jump(Milliseconds by) override;
  void command() override;

 private:
  void start();
  void end_process(Milliseconds restart_after);
  void set_skew(Milliseconds skew);
  void run_for(Milliseconds duration);
  void run_until_quiet();
  void run_ready();
  void move_to(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_event();
  [[nodiscard]] bool quiet();
  void calm_down();
  void put_right();

  test::TempDir directory_;
  std::filesystem::path path_{directory_.path() / "tender.db"};
  Dice dice_;
  test::SeededRandom random_;
  Trace trace_{kStart};
  Timeline timeline_{kStart};
  Weather weather_;
  WallClock wall_clock_{timeline_};
  config::Env env_;
  std::shared_ptr<Logger> logger_;
  Network network_;
  Database view_;
  Witness witness_;
  OtherPrograms others_;
  test::Process process_;
  int process_number_ = 0;
  int handlers_left_ = 0;  // until the process dies; 0: it lives on
  bool stopping_ = false;
};

Life::Life(std::uint64_t seed)
    : dice_(seed, 1),
      random_(seed),
      weather_(dice_),
      env_(life_env(random_)),
      logger_(make_trace_logger(trace_)),
      network_(timeline_, weather_, trace_, Dice(seed, 2)),
      view_(path_, wall_clock_, Database::Options{}),
      witness_(view_, env_, timeline_, trace_),
      others_({path_, wall_clock_, timeline_, weather_, trace_, witness_}, Dice(seed, 3), seed + 1),
      process_({path_, env_, random_, network_, *logger_},
               {.channel_capacity = weather_.has(FaultKind::broadcast_lag)
                                        ? static_cast<std::size_t>(dice_.between(1, 4))
                                        : 64,
                .busy_timeout = Milliseconds::zero()}) {
  network_.set_listener(witness_);
}

Trace Life::live() {
  const Plan plan(dice_, weather_);
  plan.schedule(timeline_, dice_, network_, others_, *this);
  start();
  run_for(plan.duration());
  calm_down();
  run_until_quiet();
  const FinalView view{view_, env_, network_.zooid, witness_};
  check_final_rules(view, Stage::faults_over, trace_);
  put_right();
  check_final_rules(view, Stage::put_right, trace_);
  return std::move(trace_);
}

void Life::start() {
  if (process_.alive()) {
    return;
  }
  ++process_number_;
  stopping_ = false;
  try {
    process_.open(wall_clock_.now());
  } catch (const StoreError& error) {
    trace_.line("the process cannot start: {}", error.what());
    timeline_.in(dice_.between(Milliseconds(500), Milliseconds(5000)), [this] { start(); });
    return;
  }
  trace_.line("process {} starts", process_number_);
  network_.attach(process_.clock());
  process_.start();
}

void Life::crash(FaultKind kind) {
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

void Life::stop() {
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

void Life::end_process(Milliseconds restart_after) {
  process_.kill();
  witness_.catch_up();
  witness_.process_ended();
  handlers_left_ = 0;
  timeline_.in(restart_after, [this] { start(); });
}

void Life::jump(Milliseconds by) {
  trace_.fault(by > Milliseconds::zero() ? FaultKind::clock_forward : FaultKind::clock_back,
               "by {} s", by.count() / 1000);
  set_skew(wall_clock_.skew + by);
}

void Life::set_skew(Milliseconds skew) {
  wall_clock_.skew = skew;
  network_.set_skew(skew);
  witness_.clock_jumped();
  if (process_.alive()) {
    process_.clock().move_to(wall_clock_.now());
  }
}

void Life::command() {
  others_.act(process_.command);
  // What CommitWatch sees, unless inotify is not to be had.
  if (dice_.chance(80)) {
    timeline_.in(dice_.between(Milliseconds::zero(), Milliseconds(50)), [this] {
      if (process_.alive()) {
        process_.tail->look_closely();
      }
    });
  }
}

void Life::run_for(Milliseconds duration) {
  const TimePoint end = timeline_.now() + duration;
  while (!trace_.violation()) {
    run_ready();
    if (timeline_.run_one()) {
      continue;
    }
    const auto next = next_event();
    if (!next || *next > end) {
      move_to(end);
      return;
    }
    move_to(*next);
  }
}

void Life::run_ready() {
  try {
    while (process_.alive()) {
      process_.io().restart();
      if (process_.io().poll_one() == 0) {
        break;
      }
      if (handlers_left_ > 0 && --handlers_left_ == 0) {
        crash(FaultKind::crash_after_a_handler);
      } else if (stopping_ && process_.ended) {
        end_process(Milliseconds::zero());
      }
    }
  } catch (const std::exception& bug) {
    trace_.violate("an exception escaped: {}", bug.what());
  }
  witness_.catch_up();
}

std::optional<TimePoint> Life::next_event() {
  auto next = timeline_.next();
  if (!process_.alive()) {
    return next;
  }
  const auto deadline = process_.clock().next_deadline();
  if (deadline && *deadline != TimePoint::max()) {
    const TimePoint wakes = std::max(*deadline - wall_clock_.skew, timeline_.now());
    next = next ? std::min(*next, wakes) : wakes;
  }
  return next;
}

void Life::move_to(TimePoint now) {
  timeline_.move_to(now);
  trace_.move_to(now);
  if (process_.alive()) {
    process_.clock().move_to(wall_clock_.now());
  }
}

bool Life::quiet() {
  return process_.alive() && network_.under_way() == 0 && tables_are_quiet(view_);
}

void Life::run_until_quiet() {
  const TimePoint limit = timeline_.now() + kQuietAfter;
  TimePoint quiet_since = TimePoint::max();
  while (!trace_.violation()) {
    const int calls = network_.calls();
    run_for(kLookForQuiet);
    if (!quiet() || calls != network_.calls()) {
      quiet_since = TimePoint::max();
    } else {
      quiet_since = std::min(quiet_since, timeline_.now());
      if (timeline_.now() - quiet_since >= kStaysQuiet) {
        return;
      }
    }
    if (timeline_.now() > limit) {
      trace_.violate("there is still work {} h after the last fault", 6);
    }
  }
}

void Life::calm_down() {
  trace_.line("faults are over");
  weather_.calm_down();
  network_.end_outage();
  others_.release_write_lock();
  handlers_left_ = 0;
  set_skew(Milliseconds::zero());
}

void Life::put_right() {
  trace_.line("a person puts things right");
  others_.repair_rows();
  others_.reconcile_all(/*recreate=*/true);
  if (process_.alive()) {
    end_process(Milliseconds::zero());  // the next one finds what changed without a word
  }
  run_until_quiet();
  // One that was refused for the host of another comes through when that one has moved.
  for (int round = 0; round < 3; ++round) {
    others_.retry_dead_letters();
    run_until_quiet();
  }
}

Trace live(std::uint64_t seed) {
  return Life(seed).live();
}

}  // namespace tender::simulation
