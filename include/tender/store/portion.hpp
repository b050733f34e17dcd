// How much of a long piece of work one transaction does. docs/sql.md promises other programs the
// write lock within 5 s, and the event loop must keep running. So work on many rows is split into
// portions: each is a transaction of its own, with a pause of kBreath between two of them.
#pragma once

#include "tender/base/clock.hpp"
#include "tender/store/write_turns.hpp"

namespace tender::store {

class Portion {
 public:
  static constexpr int kRows = 256;
  static constexpr Milliseconds kTime = WriteTurns::kHeld;
  static constexpr Milliseconds kBreath = WriteTurns::kFree;

  /// Borrows the clock.
  explicit Portion(const Clock& clock) : clock_(clock) {}

  /// Counts one more row; false when that row is for the next portion. The portion begins with its
  /// first row, which is always taken: the wait for the lock before it does not count.
  [[nodiscard]] bool take() {
    if (rows_ == 0) {
      begun_ = clock_.steady();
    } else if (rows_ == kRows || clock_.steady() - begun_ >= kTime) {
      return false;
    }
    ++rows_;
    return true;
  }

 private:
  const Clock& clock_;
  SteadyTime begun_{};
  int rows_ = 0;
};

}  // namespace tender::store
