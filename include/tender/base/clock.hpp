// Time as the core sees it. Every room takes a Clock by reference, so that tests and the simulation
// can drive time. One part of the product does not use it: http::Client (call.cpp, dial.cpp and
// pool.cpp in src/http) keeps its deadlines with asio's timers, because it is the real network.
// Everything here runs on the io_context's one thread.
#pragma once

#include <chrono>
#include <memory>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tender {

using Milliseconds = std::chrono::milliseconds;

/// Wall-clock time, UTC, in milliseconds since 1970: what the database stores.
using TimePoint = std::chrono::sys_time<Milliseconds>;

/// Monotonic time: it only moves forward, whatever happens to the wall clock. It has no meaning in
/// another process.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Milliseconds>;

/// One waiter's alarm. It must outlive the wait; its owner cancels the wait before destroying it.
class Timer {
 public:
  virtual ~Timer() = default;

  /// Waits until the clock shows `deadline` (true), or until cancel() is called (false). If the
  /// clock is set back meanwhile, the wait does not get longer: it ends when the time that was left
  /// at its start has passed (true), or earlier, when the change is noticed (false). So callers
  /// look at the clock again: what they computed from the old time may now be hours away. One
  /// waiter at a time.
  virtual boost::asio::awaitable<bool> wait_until(TimePoint deadline) = 0;

  /// Ends the wait under way, if any. A cancel before the wait has no effect: see Wakeup.
  virtual void cancel() = 0;
};

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual SteadyTime steady() const = 0;
  /// A timer of this clock; the clock must outlive it.
  [[nodiscard]] virtual std::unique_ptr<Timer> make_timer() = 0;
};

/// The machine's clock. Waits survive a jump of the wall clock. They notice a jump forward within a
/// minute; after a jump back they last no longer than without it.
class SystemClock final : public Clock {
 public:
  explicit SystemClock(boost::asio::any_io_executor executor);
  [[nodiscard]] TimePoint now() const override;
  [[nodiscard]] SteadyTime steady() const override;
  [[nodiscard]] std::unique_ptr<Timer> make_timer() override;

 private:
  boost::asio::any_io_executor executor_;
};

}  // namespace tender
