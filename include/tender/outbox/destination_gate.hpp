// Whether tender may send to one destination now: circuit breaker, pauses that the destination
// asked for (Retry-After), rate, and how many requests at a time it can take. The dispatcher asks
// before each claim and reports what each execution has shown. The gate is in memory;
// DestinationState keeps what other processes and a restart need. It logs once that the destination
// fails, and once that it works again.
#pragma once

#include <set>
#include <string>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/outbox/circuit_breaker.hpp"
#include "tender/outbox/concurrency_limit.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/token_bucket.hpp"

namespace tender::outbox {

class DestinationGate {
 public:
  struct Options {
    int rate = 0;               // as TokenBucket has it
    int concurrency = 16;       // the most in flight, once it has shown that it can take them
    int first_concurrency = 1;  // before it has shown anything
    Milliseconds slow_answer{std::chrono::seconds(1)};  // as ConcurrencyLimit has it
  };

  /// `name` is the destination's, for people and in metrics. Borrows random and logger.
  DestinationGate(std::string name, Random& random, Logger& logger, Options options,
                  const Metrics& metrics = {});

  /// Goes on from what an earlier process left: a destination that was failing is probed first, and
  /// a pause that it asked for is kept.
  void restore(const DestinationState& state, TimePoint now);

  /// From now on; as TokenBucket has it.
  void set_rate(int rate);

  /// How many jobs at a time the destination can take, as far as it has shown.
  [[nodiscard]] int allowed() const { return limit_.allowed(); }

  /// Whether one more job may be claimed beside `in_flight` others.
  [[nodiscard]] bool admits(TimePoint now, int in_flight);

  /// When to ask again: `now` if it admits, later if time will open it, the end of time if only a
  /// result can.
  [[nodiscard]] TimePoint opens_at(TimePoint now, int in_flight);

  /// A job was claimed that will make requests, and was due at `due`.
  void take_token(TimePoint due, TimePoint now);

  // Executions that overwrite something there (Execution::overwrites) go one at a time: a
  // destination that can no longer store then destroys one thing, not sixteen. After a second
  // without an answer, the next one may go.
  [[nodiscard]] bool admits_overwrite(TimePoint now) const { return overwrite_turn_at(now) <= now; }
  [[nodiscard]] TimePoint overwrite_turn_at(TimePoint now) const;
  void overwrite_begins(TimePoint now) { overwrites_.insert(now); }
  /// That began at `begun_at`, whatever its result.
  void overwrite_ends(TimePoint begun_at);

  struct Timing {
    SteadyTime begun_at{};
    SteadyTime ended_at{};
    int in_flight = 1;  // how many were under way when it began, itself included
  };
  /// Takes in what an execution has shown. False when its failure does not count as an attempt of
  /// the job: the outage or pause was known by then, or the destination is overloaded.
  bool record(const DestinationSign& sign, Timing timing, TimePoint now);

  /// What the next probe is to find out.
  [[nodiscard]] Probe probe_kind() const {
    return state_.stores_nothing ? Probe::stores : Probe::answers;
  }
  /// Whether a probe is due. If so, it begins with this call, and probe_ended() must follow.
  [[nodiscard]] bool begin_probe(TimePoint now);
  /// Somebody waits for it: while it fails, the next probe comes now, but not sooner after the last
  /// one than the breaker's first wait (5 s). A pause that the destination asked for is kept.
  void hurry_probe(TimePoint now);
  /// `kind` is what probe_kind() said when it began.
  void probe_ended(Probe kind, const DestinationSign& sign, TimePoint now);

  [[nodiscard]] const DestinationState& state() const { return state_; }
  /// Whether state() has changed since it was saved.
  [[nodiscard]] bool changed() const { return state_ != saved_; }
  void saved() { saved_ = state_; }

 private:
  bool record_fault(const DestinationSign& sign, Timing timing, TimePoint now, bool known);
  void pause(const DestinationSign& sign, TimePoint now);
  void note_answer(TimePoint now);
  void count_fault(const DestinationSign& sign) const;
  void follow(TimePoint now, const std::string& reason);
  void say_that_it_fails(TimePoint now) const;
  [[nodiscard]] bool paused(TimePoint now) const;
  [[nodiscard]] TimePoint after_pause(TimePoint at, TimePoint now) const;

  std::string name_;
  Logger& logger_;
  CircuitBreaker breaker_;
  TokenBucket tokens_;
  int rate_;
  ConcurrencyLimit limit_;
  std::multiset<TimePoint> overwrites_;  // when those in flight began
  DestinationState state_;
  DestinationState saved_;  // what the database has
  Counter transitions_;
  Counter faults_;
  Histogram rate_waits_;
};

}  // namespace tender::outbox
