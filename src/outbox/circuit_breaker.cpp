#include "tender/outbox/circuit_breaker.hpp"

#include <array>
#include <cassert>

#include "tender/outbox/retry_policy.hpp"

namespace tender::outbox {
namespace {

constexpr int kFaultsToOpen = 5;
constexpr std::chrono::seconds kFirstOpenTime{5};
constexpr std::chrono::minutes kLongestOpenTime{2};

constexpr std::array<std::string_view, 3> kStates{"closed", "open", "half_open"};

}  // namespace

TimePoint CircuitBreaker::probe_at(TimePoint now) const {
  const RetryPolicy open_times(0, kFirstOpenTime, kLongestOpenTime);
  return probe_at_ > now + open_times.longest() ? now : probe_at_;
}

bool CircuitBreaker::job_met_fault(TimePoint now) {
  if (state_ != State::closed) {
    return true;
  }
  if (++faults_in_row_ >= kFaultsToOpen) {
    open(now);
  }
  return false;
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
    return;  // a job that was still in flight has shown meanwhile that the host is well
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
  const RetryPolicy open_times(0, kFirstOpenTime, kLongestOpenTime);
  state_ = State::open;
  probe_at_ = now + open_times.delay(++openings_, random_);
}

std::string_view to_string(CircuitBreaker::State state) {
  return kStates.at(static_cast<std::size_t>(state));
}

}  // namespace tender::outbox
