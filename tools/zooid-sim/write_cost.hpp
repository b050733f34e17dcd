// What a write costs zooid: it parses every other relay's file. Writes share zooid's processors, so
// that more of them at once take longer and not less.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "tender/base/clock.hpp"

namespace zooid_sim {

class WriteCost {
 public:
  explicit WriteCost(std::chrono::microseconds per_relay) : per_relay_(per_relay) {}

  /// When a write that comes now, with so many relays, has had its share; now when writes are free.
  [[nodiscard]] tender::TimePoint charge(tender::TimePoint now, std::size_t relays) {
    using std::chrono::microseconds;
    const auto start = std::max(std::chrono::sys_time<microseconds>(now), busy_until_);
    busy_until_ = start + per_relay_ * static_cast<std::int64_t>(relays);
    return std::chrono::ceil<tender::Milliseconds>(busy_until_);
  }

 private:
  std::chrono::microseconds per_relay_;
  std::chrono::sys_time<std::chrono::microseconds> busy_until_{};
};

}  // namespace zooid_sim
