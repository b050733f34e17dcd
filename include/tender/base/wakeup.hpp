// A sticky alarm: "something changed, look again". Loops wait on it for news or for their next
// deadline; a notify() that comes before the wait is not lost. Runs on the io_context's one thread.
#pragma once

#include <memory>

#include "tender/base/clock.hpp"

namespace tender {

class Wakeup {
 public:
  explicit Wakeup(Clock& clock);

  /// Wakes the waiter, or lets the next wait return at once. Many calls count as one.
  void notify();

  /// Waits for notify() (true) or until `deadline` (false, and also when the clock was set back:
  /// see Timer). One waiter at a time.
  boost::asio::awaitable<bool> wait_until(TimePoint deadline);

 private:
  std::unique_ptr<Timer> timer_;
  bool notified_ = false;
};

}  // namespace tender
