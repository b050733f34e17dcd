#include "simulation/life.hpp"

#include <algorithm>

#include "simulation/final_rules.hpp"
#include "simulation/machine.hpp"
#include "simulation/plan.hpp"

namespace tender::simulation {
namespace {

constexpr TimePoint kStart{std::chrono::hours(24 * 365 * 56)};
constexpr Milliseconds kLookForQuiet{5'000};
constexpr Milliseconds kStaysQuiet{60'000};
// The longest backoff is 16.5 minutes.
constexpr Milliseconds kQuietAfter{std::chrono::minutes(40)};
// Until the last attempt of a relay that waits for the host of another, which is a dead letter.
constexpr Milliseconds kGivesUpAfter{std::chrono::hours(3)};
constexpr int kRounds = 3;

class Life {
 public:
  explicit Life(std::uint64_t seed)
      : dice_(seed, 1), weather_(dice_), machine_(seed, timeline_, weather_, trace_) {}

  Trace live();

 private:
  void run_for(Milliseconds duration);
  void run_until_quiet();
  void move_to(TimePoint now);
  void put_right();
  void check(Stage stage);

  Dice dice_;
  Trace trace_{kStart};
  Timeline timeline_{kStart};
  Weather weather_;
  Machine machine_;
};

Trace Life::live() {
  const Plan plan(dice_, weather_);
  plan.schedule(timeline_, dice_, machine_.network(), machine_.others(), machine_);
  machine_.start();
  run_for(plan.duration());
  trace_.line("faults are over");
  weather_.calm_down();
  machine_.heal();
  run_until_quiet();
  if (machine_.env().relay_sweep > Milliseconds::zero() &&
      machine_.env().relay_verify != config::RelayVerify::off) {
    run_for(2 * machine_.env().relay_sweep);  // all that was changed in zooid is seen by then
    run_until_quiet();
  }
  check(Stage::faults_over);
  if (!trace_.violation()) {
    put_right();
    check(Stage::put_right);
  }
  return std::move(trace_);
}

void Life::run_for(Milliseconds duration) {
  const TimePoint end = timeline_.now() + duration;
  while (!trace_.violation()) {
    machine_.run_ready();
    if (timeline_.run_one()) {
      continue;
    }
    const TimePoint event = timeline_.next().value_or(TimePoint::max());
    const TimePoint next = std::min(event, machine_.next_wake().value_or(TimePoint::max()));
    move_to(std::min(next, end));
    if (next > end) {
      return;
    }
  }
}

void Life::move_to(TimePoint now) {
  timeline_.move_to(now);
  trace_.move_to(now);
  machine_.follow_time();
}

void Life::run_until_quiet() {
  const TimePoint began = timeline_.now();
  TimePoint quiet_since = TimePoint::max();
  while (!trace_.violation()) {
    const int calls = machine_.network().calls_about_relays();
    run_for(kLookForQuiet);
    const bool polls = !machine_.witness().tables().syncs().empty();  // for what zooid has lost
    if (!machine_.quiet() || (calls != machine_.network().calls_about_relays() && !polls)) {
      quiet_since = TimePoint::max();
    } else {
      quiet_since = std::min(quiet_since, timeline_.now());
      if (timeline_.now() - quiet_since >= kStaysQuiet) {
        return;
      }
    }
    const Tables& tables = machine_.witness().tables();
    const Milliseconds most = tables.only_wait_for_hosts() ? kGivesUpAfter : kQuietAfter;
    if (timeline_.now() > began + most) {
      trace_.violate("there is still work {} minutes after the last fault: {}",
                     std::chrono::duration_cast<std::chrono::minutes>(most).count(),
                     tables.describe_jobs());
    }
  }
}

void Life::put_right() {
  trace_.line("a person puts things right");
  machine_.others().repair_rows();
  machine_.others().reconcile_all(/*recreate=*/true);
  machine_.restart();  // the next process finds what changed without a word
  run_until_quiet();
  // One that was refused for the host of another comes through when that one has moved.
  for (int round = 0; round < kRounds && machine_.others().retry_dead_letters(); ++round) {
    run_until_quiet();
  }
}

void Life::check(Stage stage) {
  const FinalView view{machine_.witness().tables(), machine_.env(), machine_.network().zooid,
                       machine_.witness()};
  check_final_rules(view, stage, trace_);
}

}  // namespace

Trace live(std::uint64_t seed) {
  return Life(seed).live();
}

}  // namespace tender::simulation
