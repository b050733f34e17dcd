// Leaves other programs their turn at the write lock. SQLite queues nobody: whoever finds the lock
// taken sleeps, up to 100 ms, and tries again; when this process takes it a thousand times a
// second, with little in between, the other one may never meet it free. So after it was held for
// kHeld in all, the loops that write without end (Dispatcher, Infra) wait for kFree; work that is
// cut into Portions pauses after each of them anyway. Transaction keeps the account. Where time
// stands still, as in tests, nobody ever waits.
#pragma once

#include "tender/base/clock.hpp"

namespace tender {

class WriteTurns {
 public:
  static constexpr Milliseconds kHeld{20};
  static constexpr Milliseconds kFree{10};

  /// Borrows the clock.
  explicit WriteTurns(const Clock& clock) : clock_(clock) {}

  /// Around each transaction, once it has the lock.
  void began();
  void ended();

  /// Whether it is somebody else's turn, and then until when.
  [[nodiscard]] bool is_others() const { return clock_.steady() < free_until_; }
  [[nodiscard]] TimePoint next() const { return clock_.now() + (free_until_ - clock_.steady()); }

 private:
  const Clock& clock_;
  Milliseconds held_{};  // since the last turn of others
  SteadyTime began_at_{};
  SteadyTime ended_at_{};
  SteadyTime free_until_{};
};

}  // namespace tender
