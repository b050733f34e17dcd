// What a Database measures of itself. Without Metrics it measures nothing.
#pragma once

#include "tender/base/metrics.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {

/// The longest of what was noted in the last 5 to 10 minutes. A pure value.
class RecentLongest {
 public:
  void note(Milliseconds duration, SteadyTime now);
  [[nodiscard]] Milliseconds at(SteadyTime now);

 private:
  static constexpr std::chrono::minutes kWindow{5};
  void move_on(SteadyTime now);

  SteadyTime begun_at_{};  // the newer of two windows
  Milliseconds newer_{};
  Milliseconds older_{};
};

struct DatabaseMeters {
  DatabaseMeters() = default;
  explicit DatabaseMeters(const Metrics& metrics);

  /// Counts it, and gives it back to be thrown.
  [[nodiscard]] StoreError count(StoreError error) const;

  Counter busy{};
  Counter busy_seconds{};
  Counter errors{};
  Histogram transactions{};
};

}  // namespace tender::store
