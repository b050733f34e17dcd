#include "simulation/crowd_witness.hpp"

#include <algorithm>

namespace tender::simulation {
namespace {

constexpr int kSlowShare = 4;  // of the timeout
constexpr int kNewsLasts = 2;  // timeouts

}  // namespace

void CrowdWitness::sent(const Call& call, int others) {
  if (others + 1 > static_cast<int>(limit_)) {
    trace_.violate("#{} is sent beside {} others, and {} may be under way at once", call.number,
                   others, static_cast<int>(limit_));
  }
}

void CrowdWitness::answered(TimePoint begun_at) {
  const bool slow = timeline_.now() - begun_at > timeout_ / kSlowShare;
  if (!slow) {
    limit_ = std::min<double>(most_, limit_ + (unhurt_ ? 1.0 : 1.0 / limit_));
    return;
  }
  slow_at_ = timeline_.now();
  halve(begun_at);
}

void CrowdWitness::timed_out(TimePoint begun_at) {
  halve(begun_at);
}

void CrowdWitness::halve(TimePoint begun_at) {
  unhurt_ = false;
  if (begun_at >= halved_at_) {
    limit_ = std::max(1.0, limit_ / 2);
    halved_at_ = timeline_.now();
  }
}

void CrowdWitness::restart() {
  limit_ = 1;
  unhurt_ = true;
}

void CrowdWitness::process_ended() {
  restart();
  halved_at_ = TimePoint{};
  slow_at_ = TimePoint{};
}

bool CrowdWitness::is_slow() const {
  return timeline_.now() - slow_at_ <= kNewsLasts * timeout_;
}

}  // namespace tender::simulation
