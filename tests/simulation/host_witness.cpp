#include "simulation/host_witness.hpp"

#include <algorithm>

#include "tender/infra/relay_sync.hpp"

namespace tender::simulation {
namespace {

using outbox::HostSign;

constexpr int kFaultsThatFail = 5;

}  // namespace

void HostWitness::job_sent(const Call& call) {
  if (failing_) {
    trace_.violate("#{} is sent, and the host is known to fail", call.number);
  }
  check_pause(call);
  check_rate(call);
}

void HostWitness::probe_sent(const Call& call) {
  if (++probes_ > 1) {
    trace_.violate("#{} is a second probe beside another", call.number);
  }
  check_pause(call);
}

bool HostWitness::job_heard(const zooid::Verdict& verdict) {
  const bool known = failing_ || timeline_.now() < paused_until_;
  hear_pause(verdict);
  const HostSign sign = infra::host_sign(verdict);
  if (sign.kind == HostSign::Kind::well) {
    failing_ = false;
    faults_in_row_ = 0;
  } else if (sign.kind == HostSign::Kind::fault && !failing_) {
    failing_ = ++faults_in_row_ >= kFaultsThatFail;
  }
  return known && sign.kind == HostSign::Kind::fault;
}

void HostWitness::probe_heard(const zooid::Verdict& verdict) {
  --probes_;
  hear_pause(verdict);
  if (infra::host_sign(verdict).kind == HostSign::Kind::well) {
    failing_ = false;
    faults_in_row_ = 0;
  }
}

void HostWitness::process_ended(bool failing, Milliseconds pause) {
  failing_ = failing;
  faults_in_row_ = 0;
  probes_ = 0;
  paused_until_ = std::min(paused_until_, timeline_.now() + pause);
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

void HostWitness::check_pause(const Call& call) {
  if (timeline_.now() < paused_until_) {
    trace_.violate("#{} is sent, and the host has asked for a pause of {} ms more", call.number,
                   (paused_until_ - timeline_.now()).count());
  }
}

void HostWitness::hear_pause(const zooid::Verdict& verdict) {
  if (verdict.retry_after > Milliseconds::zero()) {
    paused_until_ = std::max(paused_until_, timeline_.now() + verdict.retry_after);
  }
}

}  // namespace tender::simulation
