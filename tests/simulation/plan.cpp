#include "simulation/plan.hpp"

#include <functional>

namespace tender::simulation {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<Milliseconds, 4> kDurations{minutes(1), minutes(4), minutes(12), minutes(40)};
constexpr std::array<OutageStyle, 3> kOutageStyles{OutageStyle::refuses, OutageStyle::hangs,
                                                   OutageStyle::gateway};
constexpr std::array<Milliseconds, 4> kJumps{seconds(1), seconds(90), minutes(20), hours(2)};
constexpr int kMostHandlers = 80;
constexpr int kMostRelays = 8;
constexpr int kMostOfSome = 40;  // relays, in one life of ten
constexpr int kMostOfFew = 200;  // and in one of forty
constexpr int kMostBursts = 25;
constexpr int kLargestBurst = 6;
constexpr Milliseconds kLongestBurst{2000};
constexpr int kMostWrites = 40;

// `event` at `times` random moments of `duration`, at least one.
class Moments {
 public:
  Moments(Timeline& timeline, Dice& dice, Milliseconds duration)
      : timeline_(timeline), dice_(dice), duration_(duration) {}

  void at_random(std::int64_t most, const std::function<void()>& event) {
    for (auto left = dice_.between(1, most); left > 0; --left) {
      timeline_.in(dice_.between(Milliseconds::zero(), duration_), event);
    }
  }

 private:
  Timeline& timeline_;
  Dice& dice_;
  Milliseconds duration_;
};

std::int64_t fleet(Dice& dice) {
  const auto roll = dice.between(1, 40);
  return dice.between(1, roll == 1 ? kMostOfFew : roll <= 5 ? kMostOfSome : kMostRelays);
}

}  // namespace

Plan::Plan(Dice& dice, const Weather& weather)
    : duration_(dice.pick(kDurations)), weather_(weather) {}

void Plan::schedule(Timeline& timeline, Dice& dice, Network& network, OtherPrograms& others,
                    Stagehand& stage) const {
  Moments moments(timeline, dice, duration_);
  const Milliseconds creating = dice.chance(50) ? duration_ / 4 : kLongestBurst;
  for (auto relays = fleet(dice); relays > 0; --relays) {
    timeline.in(dice.between(Milliseconds::zero(), creating), [&] { stage.create(); });
  }
  // Commands often come in bursts, the second while the first is under way, and the worker often
  // dies when there is work.
  moments.at_random(kMostBursts, [&] {
    for (auto commands = dice.between(1, kLargestBurst); commands > 0; --commands) {
      timeline.in(dice.between(Milliseconds::zero(), kLongestBurst), [&] { stage.command(); });
    }
    if (weather_.has(FaultKind::crash_after_a_handler) && dice.chance(10)) {
      stage.crash_after(static_cast<int>(dice.between(1, kMostHandlers)));
    }
  });
  const auto when = [&](FaultKind kind, std::int64_t most, const std::function<void()>& event) {
    if (weather_.has(kind)) {
      moments.at_random(most, event);
    }
  };
  when(FaultKind::crash_at_a_time, 4, [&] { stage.crash(FaultKind::crash_at_a_time); });
  when(FaultKind::crash_after_a_handler, 6,
       [&] { stage.crash_after(static_cast<int>(dice.between(1, kMostHandlers))); });
  when(FaultKind::stop_and_restart, 2, [&] { stage.stop(); });
  when(FaultKind::clock_forward, 2, [&] { stage.jump(dice.pick(kJumps)); });
  when(FaultKind::clock_back, 2, [&] { stage.jump(-dice.pick(kJumps)); });
  when(FaultKind::disk_error, 4, [&] { stage.fail_disk_once(); });
  when(FaultKind::disk_full, 1, [&] { stage.fill_disk(); });
  when(FaultKind::power_cut, 2,
       [&] { stage.cut_power_at_write(static_cast<int>(dice.between(1, kMostWrites))); });
  when(FaultKind::log_pruned, 4, [&] { stage.prune_log(); });
  when(FaultKind::checkpoint, 8, [&] { stage.checkpoint(); });
  if (dice.chance(40)) {
    moments.at_random(2, [&] { others.reconcile_fleet(); });
  }
  when(FaultKind::zooid_restart, 2,
       [&] { network.restart_zooid(dice.between(Milliseconds(100), Milliseconds(5'000))); });
  // What is under way then, and what goes on with another request, must stop.
  for (const FaultKind kind : {FaultKind::volume_full, FaultKind::config_unreadable}) {
    when(kind, 3, [&, kind] {
      network.break_storage(kind, dice.between(seconds(5), minutes(4)));
      for (auto writes = dice.between(0, 2 * kLargestBurst); writes > 0; --writes) {
        const bool creates = dice.chance(40);
        timeline.in(dice.between(Milliseconds::zero(), kLongestBurst),
                    [&, creates] { creates ? stage.create() : stage.command(); });
      }
    });
  }
  when(FaultKind::torn_file, 1, [&] { network.tear_newest(); });
  when(FaultKind::wipe, 1, [&] { network.wipe(); });
  when(FaultKind::owner_edit, 6, [&] { network.rename_some_relay(); });
  when(FaultKind::hand_edit, 4, [&] { network.edit_some_file(); });
  when(FaultKind::rekeyed, 2, [&] { network.rekey_some_file(); });
  when(FaultKind::stranger, 2, [&] { others.let_a_stranger_settle(network); });
  when(FaultKind::paused, 2, [&] {
    stage.pause();
    if (dice.chance(80)) {
      timeline.in(dice.between(seconds(1), minutes(5)), [&] { stage.resume(); });
    }
  });
  when(FaultKind::outage_of_breaker_length, 3, [&] {
    network.begin_outage(FaultKind::outage_of_breaker_length, dice.pick(kOutageStyles),
                         dice.between(seconds(3), minutes(2)));
  });
  when(FaultKind::long_outage, 1, [&] {
    network.begin_outage(FaultKind::long_outage, dice.pick(kOutageStyles),
                         dice.between(minutes(4), minutes(45)));
  });
  when(FaultKind::write_lock_held, 3, [&] {
    others.hold_write_lock();
    timeline.in(dice.between(Milliseconds(10), Milliseconds(20'000)),
                [&] { others.release_write_lock(); });
  });
}

}  // namespace tender::simulation
