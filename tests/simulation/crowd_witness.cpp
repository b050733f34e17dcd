#include "simulation/crowd_witness.hpp"

#include <algorithm>

namespace tender::simulation {
namespace {

constexpr int kSlowShare = 4;  // of the timeout

}  // namespace

void CrowdWitness::sent(const Call& call, int others) {
  if (others + 1 > static_cast<int>(limit_)) {
    trace_.violate("#{} is sent beside {} others, and {} may be under way at once", call.number,
                   others, static_cast<int>(limit_));
  }
}

void CrowdWitness::answered(TimePoint begun_at, bool last) {
  const bool slow = timeline_.now() - begun_at > timeout_ / kSlowShare;
  if (slow || begun_at <= jumped_at_) {
    maybe_slow_at_ = timeline_.now();
  }
  if (begun_at <= jumped_at_) {
    limit_ = most_;  // by the wall clock it may have taken any time
  } else if (!slow) {
    limit_ = std::min<double>(most_, limit_ + (unhurt_ ? 1.0 : 1.0 / limit_));
  } else if (last) {
    slow_at_ = timeline_.now();
    halve(begun_at);
  } else {
    limit_ = most_;  // it is the sum of all its requests that will count
  }
}

void CrowdWitness::timed_out(TimePoint begun_at) {
  halve(begun_at);
}

void CrowdWitness::halve(TimePoint begun_at) {
  unhurt_ = false;
  if (begun_at >= halved_at_ && begun_at > jumped_at_) {
    limit_ = std::max(1.0, limit_ / 2);
    halved_at_ = timeline_.now();
  }
}

void CrowdWitness::restart() {
  limit_ = 1;
  unhurt_ = true;
}

// Durations that span it are wrong.
void CrowdWitness::clock_jumped() {
  limit_ = most_;
  jumped_at_ = timeline_.now();
  maybe_slow_at_ = timeline_.now();
  slow_at_ = TimePoint{};
}

bool CrowdWitness::may_be_slow() const {
  return timeline_.now() - maybe_slow_at_ <= 2 * timeout_;
}

bool CrowdWitness::is_slow() const {
  return timeline_.now() - slow_at_ <= timeout_;
}

}  // namespace tender::simulation
