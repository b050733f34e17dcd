// Whether tender may send to one destination now: circuit breaker, pauses that the destination
// asked for (Retry-After), rate, and how many requests at a time it can take. The dispatcher asks
// before each claim and reports what each execution has shown. The gate is in memory;
// DestinationState keeps what other processes and a restart need. It logs once that the destination
// fails, and once that it works again.
#pragma once

#include <optional>
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
    bool watched = true;  // asked also while it works, so that it is known how it is
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
  /// When the next probe is due, unless it is shown before that the destination works: while it
  /// fails, soon after a fault, and when it has not answered for a minute. The end of time: never.
  [[nodiscard]] TimePoint probe_at(TimePoint now) const;
  /// Whether it is known to fail, and no probe is under way.
  [[nodiscard]] bool waits_for_probe() const {
    return breaker_.state() == CircuitBreaker::State::open;
  }
  /// A person waits for work that was asked for at `asked_at`. If the destination was not probed
  /// since, it is now, but not twice within five seconds.
  void hasten_probe(TimePoint asked_at, TimePoint now);
  /// Whether a probe is due. If so, it begins with this call, and probe_ended() must follow.
  [[nodiscard]] bool begin_probe(TimePoint now);
  /// `kind` is what probe_kind() said when it began.
  void probe_ended(Probe kind, const DestinationSign& sign, TimePoint now);

  [[nodiscard]] const DestinationState& state() const { return state_; }
  /// Whether state() has changed since it was saved, in a way
  /// that is worth writing: an answer a moment after another is not.
  [[nodiscard]] bool changed() const;
  void saved() { saved_ = state_; }

 private:
  bool record_fault(const DestinationSign& sign, Timing timing, TimePoint now, bool known);
  void pause(const DestinationSign& sign, TimePoint now);
  void count_fault(const DestinationSign& sign) const;
  void watch_ended(const DestinationSign& sign, TimePoint now);
  void note_answer(TimePoint now);
  void ask_soon(TimePoint now);
  void ask_in(Milliseconds wait, TimePoint now);
  void follow(TimePoint now, const std::string& reason);
  void say_that_it_fails(TimePoint now) const;
  [[nodiscard]] bool paused(TimePoint now) const;
  void forget_old_pause(TimePoint now);
  [[nodiscard]] TimePoint after_pause(TimePoint at, TimePoint now) const;

  std::string name_;
  bool watched_;
  Random& random_;
  Logger& logger_;
  CircuitBreaker breaker_;
  TokenBucket tokens_;
  int rate_;
  ConcurrencyLimit limit_;
  std::multiset<TimePoint> overwrites_;  // when those in flight began
  DestinationState state_;
  DestinationState saved_;                    // what the database has
  std::optional<Milliseconds> pause_length_;  // nothing: an earlier process began it
  Milliseconds quiet_;               // after an answer, until it is asked whether it still works
  std::optional<TimePoint> ask_at_;  // when that is, and nothing is known against it
  TimePoint asked_at_{};             // when the newest probe began, or it began to fail
  Counter transitions_;
  Counter faults_;
  Histogram rate_waits_;
};

}  // namespace tender::outbox
