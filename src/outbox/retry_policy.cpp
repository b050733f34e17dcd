#include "tender/outbox/retry_policy.hpp"

#include <algorithm>
#include <cassert>

namespace tender::outbox {

Milliseconds RetryPolicy::delay(int failures, Random& random, Milliseconds at_least) const {
  assert(failures >= 1);
  Milliseconds delay = base_;
  for (int i = 1; i < failures && delay < cap_; ++i) {
    delay *= 2;  // cannot overflow: it stops at the cap
  }
  delay = std::min(delay, cap_);
  const double jitter = 0.9 + 0.2 * random.unit();
  const auto jittered =
      std::chrono::round<Milliseconds>(std::chrono::duration<double, std::milli>(delay) * jitter);
  return std::max(jittered, std::min(at_least, delay + delay / 10));
}

}  // namespace tender::outbox
