#include "tender/outbox/circuit_breaker.hpp"

#include <algorithm>
#include <cassert>

#include "tender/outbox/retry_policy.hpp"

namespace tender::outbox {
namespace {

constexpr int kFaultsToOpen = 5;
// The longest stays under 2 minutes with its jitter, and leaves some seconds to a probe that times
// out and to the fleet: all that waited is in step within 2 minutes of the destination's return.
constexpr RetryPolicy kOpenTimes(0, std::chrono::seconds(5), std::chrono::seconds(100));

}  // namespace

TimePoint CircuitBreaker::probe_at(TimePoint now) const {
  return probe_at_ > now + kOpenTimes.longest() ? now : probe_at_;
}

void CircuitBreaker::job_met_fault(TimePoint now) {
  if (state_ == State::closed && ++faults_in_row_ + watch_faults_ >= kFaultsToOpen) {
    open(now);
  }
}

void CircuitBreaker::watch_ends(bool well, TimePoint now) {
  if (state_ != State::closed) {
    return;  // jobs have shown more meanwhile
  }
  watch_faults_ = well ? 0 : watch_faults_ + 1;
  if (faults_in_row_ + watch_faults_ >= kFaultsToOpen) {
    open(now);
  }
}

void CircuitBreaker::hasten_probe(TimePoint at) {
  probe_at_ = std::min(probe_at_, at);
}

void CircuitBreaker::trip(TimePoint now) {
  if (state_ == State::closed) {
    open(now);
  }
}

void CircuitBreaker::job_succeeded() {
  state_ = State::closed;
  faults_in_row_ = 0;
  watch_faults_ = 0;
  openings_ = 0;
}

void CircuitBreaker::probe_begins() {
  assert(state_ == State::open);
  state_ = State::half_open;
}

void CircuitBreaker::probe_ends(bool well, TimePoint now) {
  if (state_ != State::half_open) {
    return;  // a job that was still in flight has shown meanwhile that the destination is well
  }
  if (well) {
    state_ = State::closed;
    faults_in_row_ = 0;
    watch_faults_ = 0;
  } else {
    open(now);
  }
}

void CircuitBreaker::restore_open(TimePoint now) {
  state_ = State::open;
  openings_ = 1;
  probe_at_ = now;
}

void CircuitBreaker::open(TimePoint now) {
  state_ = State::open;
  probe_at_ = now + kOpenTimes.delay(++openings_, random_);
}

}  // namespace tender::outbox
