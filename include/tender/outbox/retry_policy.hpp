// How long to wait after the nth failure, and when to give up (by default: base 30 s,
// doubling, capped at 15 minutes, six retries; jitter of ±10%).
#pragma once

#include "tender/base/backoff.hpp"

namespace tender::outbox {

class RetryPolicy {
 public:
  /// `max_retries` at least 0, `base` positive, `cap` not below `base`.
  constexpr RetryPolicy(int max_retries, Milliseconds base, Milliseconds cap)
      : max_retries_(max_retries), backoff_{.base = base, .cap = cap} {}

  [[nodiscard]] int max_retries() const { return max_retries_; }

  /// Whether work that has failed `failures` times in a row is given up.
  [[nodiscard]] bool exhausted(int failures) const { return failures > max_retries_; }

  /// As Backoff::delay().
  [[nodiscard]] Milliseconds delay(int failures, Random& random, Milliseconds at_least = {}) const {
    return backoff_.delay(failures, random, at_least);
  }

  /// No delay is longer than this.
  [[nodiscard]] Milliseconds longest() const { return backoff_.longest(); }

 private:
  int max_retries_;
  Backoff backoff_;
};

}  // namespace tender::outbox
