// How long to wait after the nth failure, and when to give up (by default: base 30 s,
// doubling, capped at 15 minutes, six retries; jitter of ±10% so that relays that failed together
// do not return together).
#pragma once

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"

namespace tender::outbox {

class RetryPolicy {
 public:
  /// `max_retries` at least 0, `base` positive, `cap` not below `base`.
  constexpr RetryPolicy(int max_retries, Milliseconds base, Milliseconds cap)
      : max_retries_(max_retries), base_(base), cap_(cap) {}

  [[nodiscard]] int max_retries() const { return max_retries_; }

  /// Whether work that has failed `failures` times in a row is given up.
  [[nodiscard]] bool exhausted(int failures) const { return failures > max_retries_; }

  /// The wait after the `failures`th failure (from 1): base · 2^(failures−1), capped, then
  /// jittered; not below `at_least` as far as the jitter's range allows.
  [[nodiscard]] Milliseconds delay(int failures, Random& random, Milliseconds at_least = {}) const;

  /// No delay is longer than this.
  [[nodiscard]] Milliseconds longest() const { return cap_ + cap_ / 10; }

 private:
  int max_retries_;
  Milliseconds base_;
  Milliseconds cap_;
};

}  // namespace tender::outbox
