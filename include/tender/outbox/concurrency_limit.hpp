// How many requests a destination can take at once, learned as TCP learns from a network:
// the limit starts low, grows while answers come quickly, and is halved when they are slow or do
// not come. A pure value; DestinationGate feeds it by the steady clock, because a jump of the wall
// clock would look like a slow answer.
#pragma once

#include <optional>

#include "tender/base/clock.hpp"

namespace tender::outbox {

class ConcurrencyLimit {
 public:
  /// Never above `most` (at least 1), `first` before anything is known. An answer that takes longer
  /// than `slow` is a sign of overload.
  ConcurrencyLimit(int most, int first, Milliseconds slow)
      : most_(most), slow_(slow), limit_(first) {}

  /// How many may be in flight, at least 1.
  [[nodiscard]] int allowed() const { return static_cast<int>(limit_); }

  /// A request was answered that began at `begun_at` as one of `in_flight`. Each quick answer adds
  /// one until the first sign of overload (slow start); after that, each round of answers does.
  /// Nothing is added while less than half of the limit is used.
  void answered(SteadyTime begun_at, SteadyTime now, int in_flight);

  /// A request that began at `begun_at` got no answer in time.
  void timed_out(SteadyTime begun_at, SteadyTime now);

  /// Whether the destination answers, but slowly. Then a timeout is a sign of overload and tells
  /// nothing about the request.
  [[nodiscard]] bool overloaded(SteadyTime now) const;

  /// Nothing is known any more: starts at 1 again.
  void restart();

 private:
  void halve(SteadyTime begun_at, SteadyTime now);

  int most_;
  Milliseconds slow_;
  double limit_;
  bool slow_start_ = true;
  SteadyTime halved_at_ = SteadyTime::min();
  std::optional<SteadyTime> slow_answer_at_;  // the newest
};

}  // namespace tender::outbox
