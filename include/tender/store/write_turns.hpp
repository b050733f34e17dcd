// Lets other programs have the write lock. SQLite has no queue: a program that finds the lock taken
// sleeps up to 100 ms and tries again. If this process takes the lock a thousand times a second,
// the other program may never find it free. So when the lock was held for kHeld in all, the loops
// that write continuously (Dispatcher, Infra) wait for kFree. Work that is split into Portions
// pauses after each of them anyway. Transaction measures the time. Where time stands still, as in
// tests, nobody ever waits.
#pragma once

#include "tender/base/clock.hpp"

namespace tender::store {

class WriteTurns {
 public:
  static constexpr Milliseconds kHeld{20};
  static constexpr Milliseconds kFree{10};

  /// Borrows the clock.
  explicit WriteTurns(const Clock& clock) : clock_(clock) {}

  /// Around each transaction, once it has the lock. ended() returns for how long it had it.
  void began();
  Milliseconds ended();

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

}  // namespace tender::store
