// A clock that stands still until the test moves it. advance() runs the io_context between the
// alarms, in the order of their deadlines, so that hours pass in a test without waiting.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "tender/base/clock.hpp"

namespace tender::test {

class VirtualTimer;

class VirtualClock final : public Clock {
 public:
  explicit VirtualClock(boost::asio::io_context& io,
                        TimePoint start = TimePoint(std::chrono::hours(24 * 365 * 56)));

  [[nodiscard]] TimePoint now() const override { return now_; }
  [[nodiscard]] SteadyTime steady() const override { return steady_; }
  [[nodiscard]] std::unique_ptr<Timer> make_timer() override;

  /// Runs everything that is ready now, without moving time.
  void run_ready();

  /// Moves time by `duration`, stopping at each deadline on the way to run what it woke.
  void advance(Milliseconds duration);

  /// Moves from deadline to deadline until `condition` holds; false when nothing waits any more or
  /// `limit` has passed first.
  bool advance_until(const std::function<bool()>& condition, Milliseconds limit);

  /// The deadline that comes next; nothing when nobody waits for one.
  [[nodiscard]] std::optional<TimePoint> next_deadline() const;

  /// Sets the time, after `passed` has really gone by, and wakes those whose deadline has come
  /// (all, when it goes back); they run when the io_context does. For a driver that has more than
  /// this clock to follow.
  void move_to(TimePoint now, Milliseconds passed);

  /// The wall clock jumps, as when an operator sets it: no deadline in between is visited, and
  /// waits end when it jumps back (see Timer).
  void jump(Milliseconds by) { move_to(now_ + by, Milliseconds::zero()); }

  /// Time goes by while the thread is busy, with a slow disk for instance: nothing runs meanwhile.
  void pass(Milliseconds duration) { move_to(now_ + duration, duration); }

 private:
  friend class VirtualTimer;
  void pass_until(TimePoint now);
  void fire_due();
  void end_all();
  [[nodiscard]] std::vector<VirtualTimer*> in_order() const;

  boost::asio::io_context& io_;
  TimePoint now_;
  SteadyTime steady_{};
  std::uint64_t turns_ = 0;
  std::set<VirtualTimer*> waiting_;
};

}  // namespace tender::test
