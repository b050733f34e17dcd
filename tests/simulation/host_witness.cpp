#include "simulation/host_witness.hpp"

#include <algorithm>
#include <utility>

namespace tender::simulation {
namespace {

constexpr int kFaultsThatFail = 5;
constexpr std::chrono::minutes kLongestPause{15};
constexpr std::chrono::seconds kQuiet{60};
// The longest time until the next probe, how long one may take, and the longest time in which the
// worker cannot work because of its database.
constexpr Milliseconds kLongestSilence = std::chrono::seconds(110 + 40 + 60);

}  // namespace

void HostWitness::job_sent(const Call& call, int others) {
  if (failing_) {
    trace_.violate("#{} is sent, and the host is known to fail", call.number);
  }
  check_pause(call);
  check_rate(call);
  crowd_.sent(call, others);
}

void HostWitness::probe_sent(const Call& call, bool goes_on) {
  if (++probes_ > 1) {
    trace_.violate("#{} is a second probe beside another", call.number);
  }
  if (goes_on) {
    return;
  }
  check_pause(call);
  watches_ = !failing_;
  const Milliseconds quiet = timeline_.now() - answered_at_;
  if (watches_ && !may_watch_ && quiet < kQuiet * 9 / 10) {
    trace_.violate("#{} is a probe, and the host has answered {} ms before", call.number,
                   quiet.count());
  }
}

void HostWitness::check_silence() {
  const Milliseconds silence = timeline_.now() - std::max(heard_of_at_, paused_until_);
  if (silence > kLongestSilence) {
    trace_.violate("nobody has asked the host for {} ms whether it still works", silence.count());
    heard_of();
  }
}

bool HostWitness::job_heard(const Meaning& meaning, TimePoint begun_at, bool stores) {
  const bool failing = failing_;
  const bool paused = timeline_.now() < paused_until_;
  hear_pause(meaning);
  note(meaning);
  if (meaning.host == HostShown::well) {
    if (!failing_) {
      crowd_.answered(begun_at);
    }
    if (stores) {
      is_well();
    }
  }
  const bool merely_slow = meaning.late && crowd_.is_slow();
  if (meaning.late) {
    crowd_.timed_out(begun_at);
  }
  if (meaning.host == HostShown::storage) {
    is_failing();
  } else if (meaning.host == HostShown::failing && !failing_ && !merely_slow &&
             ++faults_in_row_ + watch_faults_ >= kFaultsThatFail) {
    is_failing();
  }
  const bool asks_to_wait = meaning.pause > Milliseconds::zero();
  return merely_slow || (failing && meaning.host != HostShown::well) ||
         (paused && (meaning.host == HostShown::failing || asks_to_wait));
}

void HostWitness::probe_heard(const Meaning& meaning, bool is_the_end) {
  --probes_;
  hear_pause(meaning);
  note(meaning);
  if (failing_) {
    if (meaning.host == HostShown::well && is_the_end && !watches_) {
      is_well();
    }
  } else if (meaning.host == HostShown::well) {
    watch_faults_ = 0;
  } else if (meaning.host == HostShown::failing &&
             faults_in_row_ + ++watch_faults_ >= kFaultsThatFail) {
    is_failing();
  } else if (meaning.host == HostShown::storage) {
    is_failing();
  }
}

void HostWitness::note(const Meaning& meaning) {
  if (meaning.host == HostShown::well) {
    answered_at_ = timeline_.now();
    may_watch_ = false;
  } else if (meaning.host != HostShown::nothing) {
    may_watch_ = true;
  }
}

void HostWitness::is_well() {
  failing_ = false;
  faults_in_row_ = 0;
  watch_faults_ = 0;
}

void HostWitness::is_failing() {
  if (!std::exchange(failing_, true)) {
    crowd_.restart();
  }
}

void HostWitness::process_ended(bool failing, Milliseconds pause) {
  is_well();
  crowd_.process_ended();
  if (failing) {
    is_failing();
  }
  probes_ = 0;
  may_watch_ = true;
  // One that lies further ahead was written before the clock was set back, and is not heeded.
  const bool heeded = pause <= kLongestPause;
  paused_until_ = heeded ? std::min(paused_until_, timeline_.now() + pause) : TimePoint{};
  sent_.clear();
}

void HostWitness::clock_jumped() {
  paused_until_ = TimePoint{};
  may_watch_ = true;
  heard_of();
  sent_.clear();
}

// A second's worth may have been saved up, and comes in beside.
void HostWitness::check_rate(const Call& call) {
  if (rate_ == 0) {
    return;
  }
  sent_.push_back(timeline_.now());
  while (sent_.front() + std::chrono::seconds(1) <= timeline_.now()) {
    sent_.pop_front();
  }
  if (sent_.size() > 2 * rate_) {
    trace_.violate("#{} is number {} within one second, and {} are allowed", call.number,
                   sent_.size(), rate_);
  }
}

void HostWitness::check_pause(const Call& call) {
  if (timeline_.now() < paused_until_) {
    trace_.violate("#{} is sent, and the host has asked for a pause of {} ms more", call.number,
                   (paused_until_ - timeline_.now()).count());
  }
}

void HostWitness::hear_pause(const Meaning& meaning) {
  if (meaning.pause > Milliseconds::zero()) {
    paused_until_ = std::max(paused_until_, timeline_.now() + meaning.pause);
  }
}

}  // namespace tender::simulation
