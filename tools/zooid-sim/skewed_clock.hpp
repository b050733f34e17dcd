// The sim's idea of the time: the injected clock, wrong by as much as a test wants. NIP-98 checks
// and Date headers go by it; delays do not.
#pragma once

#include "tender/base/clock.hpp"

namespace zooid_sim {

class SkewedClock {
 public:
  /// Borrows `clock`.
  explicit SkewedClock(const tender::Clock& clock) : clock_(clock) {}

  [[nodiscard]] tender::TimePoint now() const { return clock_.now() + offset_; }
  void set_offset(std::chrono::seconds offset) { offset_ = offset; }

 private:
  const tender::Clock& clock_;
  std::chrono::seconds offset_{0};
};

}  // namespace zooid_sim
