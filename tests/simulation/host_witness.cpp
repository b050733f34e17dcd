#include "simulation/host_witness.hpp"

#include <algorithm>

namespace tender::simulation {
namespace {

constexpr int kFaultsThatFail = 5;
constexpr std::chrono::minutes kLongestPause{15};

}  // namespace

void HostWitness::job_sent(const Call& call, int others) {
  if (failing_) {
    trace_.violate("#{} is sent, and the host is known to fail", call.number);
  }
  check_pause(call);
  check_rate(call);
  check_crowd(call, others);
}

void HostWitness::probe_sent(const Call& call) {
  if (++probes_ > 1) {
    trace_.violate("#{} is a second probe beside another", call.number);
  }
  check_pause(call);
}

bool HostWitness::job_heard(const Meaning& meaning) {
  const bool failing = failing_;
  const bool paused = timeline_.now() < paused_until_;
  hear_pause(meaning);
  if (meaning.host == HostShown::well) {
    is_well();
    allowance_ = std::min(concurrency_, allowance_ + 1);
  } else if (meaning.host == HostShown::failing && !failing_ &&
             ++faults_in_row_ >= kFaultsThatFail) {
    is_failing();
  }
  const bool asks_to_wait = meaning.pause > Milliseconds::zero();
  return (failing && meaning.host != HostShown::well) ||
         (paused && (meaning.host == HostShown::failing || asks_to_wait));
}

void HostWitness::probe_heard(const Meaning& meaning) {
  --probes_;
  hear_pause(meaning);
  if (meaning.host == HostShown::well) {
    is_well();
  }
}

void HostWitness::is_well() {
  failing_ = false;
  faults_in_row_ = 0;
}

void HostWitness::is_failing() {
  failing_ = true;
  allowance_ = 1;
}

void HostWitness::process_ended(bool failing, Milliseconds pause) {
  is_well();
  allowance_ = concurrency_;
  if (failing) {
    is_failing();
  }
  probes_ = 0;
  // One that lies further ahead was written before the clock was set back, and is not heeded.
  const bool heeded = pause <= kLongestPause;
  paused_until_ = heeded ? std::min(paused_until_, timeline_.now() + pause) : TimePoint{};
  sent_.clear();
}

void HostWitness::clock_jumped() {
  paused_until_ = TimePoint{};
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

void HostWitness::check_crowd(const Call& call, int others) {
  if (others + 1 > allowance_) {
    trace_.violate("#{} is sent beside {} others, and {} may be under way at once", call.number,
                   others, allowance_);
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
