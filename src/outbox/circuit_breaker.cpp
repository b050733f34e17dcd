#include "tender/outbox/circuit_breaker.hpp"

#include <algorithm>
#include <cassert>

#include "tender/outbox/retry_policy.hpp"

namespace tender::outbox {
namespace {

constexpr int kFaultsToOpen = 5;
// The longest stays under 2 minutes with its jitter, and leaves some seconds to a probe that times
// out and to the fleet: all that waited is in step within 2 minutes of the destination's return.
constexpr std::chrono::seconds kFirstOpenTime{5};
constexpr RetryPolicy kOpenTimes(0, kFirstOpenTime, std::chrono::seconds(100));

}  // namespace

TimePoint CircuitBreaker::probe_at(TimePoint now) const {
  return probe_at_ > now + kOpenTimes.longest() ? now : probe_at_;
}

void CircuitBreaker::hurry_probe(TimePoint now) {
  assert(state_ == State::open);
  probe_at_ = std::min(probe_at(now), std::max(now, opened_at_ + kFirstOpenTime));
}

void CircuitBreaker::job_met_fault(TimePoint now) {
  if (state_ == State::closed && ++faults_in_row_ >= kFaultsToOpen) {
    open(now);
  }
}

void CircuitBreaker::trip(TimePoint now) {
  if (state_ == State::closed) {
    open(now);
  }
}

void CircuitBreaker::job_succeeded() {
  state_ = State::closed;
  faults_in_row_ = 0;
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
  opened_at_ = now;
  probe_at_ = now + kOpenTimes.delay(++openings_, random_);
}

}  // namespace tender::outbox
