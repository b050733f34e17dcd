#include "zooid-sim/traffic.hpp"

#include <algorithm>

namespace zooid_sim {

void Traffic::begin(const std::string& relay) {
  ++requests_;
  max_in_flight_ = std::max(max_in_flight_, ++in_flight_);
  if (!relay.empty()) {
    Relay& counts = relays_[relay];
    ++counts.writes;
    counts.max_concurrent = std::max(counts.max_concurrent, ++counts.concurrent);
  }
}

void Traffic::end(const std::string& relay, int status) {
  --in_flight_;
  ++by_status_[status];
  if (!relay.empty()) {
    --relays_[relay].concurrent;
  }
}

}  // namespace zooid_sim
