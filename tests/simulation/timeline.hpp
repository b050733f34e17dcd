// True time, and what is going to happen outside of the process: answers under way, zooid's work,
// commands of others, faults. It goes on when the process is dead, and no clock that jumps moves
// it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "tender/base/clock.hpp"

namespace tender::simulation {

class Timeline {
 public:
  explicit Timeline(TimePoint start) : now_(start) {}

  [[nodiscard]] TimePoint now() const { return now_; }

  /// `event` happens `after` from now; events of one instant in the order in which they were asked
  /// for.
  void in(Milliseconds after, std::function<void()> event) {
    events_.emplace(std::pair(now_ + after, ++turns_), std::move(event));
  }

  [[nodiscard]] std::optional<TimePoint> next() const {
    return events_.empty() ? std::nullopt : std::optional(events_.begin()->first.first);
  }

  /// Goes to `now`, which is not before the present and not after next().
  void move_to(TimePoint now) { now_ = now; }

  /// Runs the first event that is due; false when none is.
  bool run_one() {
    if (events_.empty() || events_.begin()->first.first > now_) {
      return false;
    }
    const auto event = std::move(events_.begin()->second);
    events_.erase(events_.begin());
    event();
    return true;
  }

 private:
  TimePoint now_;
  std::uint64_t turns_ = 0;
  std::map<std::pair<TimePoint, std::uint64_t>, std::function<void()>> events_;
};

}  // namespace tender::simulation
