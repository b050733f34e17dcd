// Whether the host (zooid, for all relays at once) may be sent to now: circuit breaker, pauses that
// the host asked for (Retry-After), rate, and a slow start after an outage. The dispatcher asks it
// before each claim and tells it what each execution has shown. In memory; HostState keeps what
// other processes and a restart need. It says once when the host fails, and once when it is back.
#pragma once

#include <optional>
#include <string>

#include "tender/base/log.hpp"
#include "tender/outbox/circuit_breaker.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/host_state.hpp"
#include "tender/outbox/token_bucket.hpp"

namespace tender::outbox {

class HostGate {
 public:
  /// `rate` as TokenBucket has it; `concurrency` is the most in flight in good times. Borrows
  /// random and logger.
  HostGate(Random& random, Logger& logger, int rate, int concurrency);

  /// Goes on from what an earlier process left: a host that was failing is probed first, and a
  /// pause that it asked for is kept.
  void restore(const HostState& state, TimePoint now);

  /// Whether one more job may be claimed beside `in_flight` others.
  [[nodiscard]] bool admits(TimePoint now, int in_flight);

  /// When to ask again: `now` if it admits, later if time will open it, the end of time if only a
  /// result can.
  [[nodiscard]] TimePoint opens_at(TimePoint now, int in_flight);

  /// A job was claimed that will make requests.
  void take_token() { tokens_.take(); }

  /// What an execution has shown of the host. False when a failure is not to count for the job: it
  /// met an outage or a pause that was known by then.
  bool record(const HostSign& sign, TimePoint now);

  /// Whether a probe is due: then it begins with this call, and probe_ended() must follow.
  [[nodiscard]] bool begin_probe(TimePoint now);
  void probe_ended(const HostSign& sign, TimePoint now);

  [[nodiscard]] const HostState& state() const { return state_; }
  /// Whether state() has changed since it was saved.
  [[nodiscard]] bool changed() const { return changed_; }
  void saved() { changed_ = false; }

 private:
  void pause(const HostSign& sign, TimePoint now);
  void follow(TimePoint now, const std::string& reason);
  [[nodiscard]] bool paused(TimePoint now) const;
  [[nodiscard]] TimePoint after_pause(TimePoint at, TimePoint now) const;

  Logger& logger_;
  CircuitBreaker breaker_;
  TokenBucket tokens_;
  int concurrency_;
  int allowance_;  // the most in flight now: 1 after an outage, one more with each success
  HostState state_;
  bool changed_ = false;
};

}  // namespace tender::outbox
