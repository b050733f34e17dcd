// Bounds how many syncs a second go out (RELAY_SYNC_RATE): one token a sync, refilled evenly, and
// never more saved up than one second's worth. A pure value.
#pragma once

#include <optional>

#include "tender/base/clock.hpp"

namespace tender::outbox {

class TokenBucket {
 public:
  /// `per_second` tokens a second, full at first; 0: no bound.
  explicit TokenBucket(int per_second) : per_second_(per_second), tokens_(per_second) {}

  /// When the next token is there: `now`, if one is.
  [[nodiscard]] TimePoint next_token_at(TimePoint now);

  /// Takes one; there must be one.
  void take();

  /// For how long a job that was due at `due` has waited for the token that it takes now: from when
  /// the bucket was first found empty since the last token was taken.
  [[nodiscard]] Milliseconds wait_of(TimePoint due, TimePoint now) const;

 private:
  void refill(TimePoint now);

  double per_second_;
  double tokens_;
  TimePoint filled_at_{};
  std::optional<TimePoint> empty_since_;  // nothing: not found empty since the last one was taken
};

}  // namespace tender::outbox
