// How a wait for a time of the wall clock is cut into sleeps on the monotonic clock.
#pragma once

#include <algorithm>

#include "tender/base/clock.hpp"

namespace tender {

/// The longest that a wait trusts the monotonic clock before it looks at the wall clock again.
inline constexpr std::chrono::minutes kLookAgain{1};

/// How long to sleep before looking again; zero: the wait is over. `wall_left` is what the wall
/// clock shows until the deadline, now; `monotonic_left` is what it showed when the wait began,
/// less the monotonic time since. The smaller one counts: a wall clock that is set back must not
/// make a wait longer, and one that is set forward ends it.
[[nodiscard]] inline Milliseconds wait_step(Milliseconds wall_left, Milliseconds monotonic_left) {
  const Milliseconds left = std::min({wall_left, monotonic_left, Milliseconds(kLookAgain)});
  return std::max(left, Milliseconds::zero());
}

}  // namespace tender
