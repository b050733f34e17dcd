#include "tender/outbox/host_gate.hpp"

#include <algorithm>

namespace tender::outbox {
namespace {

using State = CircuitBreaker::State;

constexpr std::chrono::minutes kLongestPause{15};   // that we heed
constexpr std::chrono::seconds kOverwriteAlone{1};  // as long as it has no answer

std::int64_t seconds(Milliseconds duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

}  // namespace

HostGate::HostGate(Random& random, Logger& logger, Options options)
    : logger_(logger),
      breaker_(random),
      tokens_(options.rate),
      limit_(options.concurrency, options.first_concurrency, options.slow_answer) {}

void HostGate::restore(const HostState& state, TimePoint now) {
  state_ = state;
  state_.concurrency.reset();  // that was another process's time
  saved_ = state;
  if (state_.failing_since) {
    logger_.warn(
        "zooid was unusable when tender last stopped, for {} s: {}; probing it before "
        "sending anything",
        seconds(now - *state_.failing_since), state_.reason);
    breaker_.restore_open(now);
  }
}

bool HostGate::admits(TimePoint now, int in_flight) {
  return breaker_.state() == State::closed && in_flight < limit_.allowed() && !paused(now) &&
         tokens_.next_token_at(now) <= now;
}

TimePoint HostGate::opens_at(TimePoint now, int in_flight) {
  const bool closed = breaker_.state() == State::closed;
  if (breaker_.state() == State::half_open || (closed && in_flight >= limit_.allowed())) {
    return TimePoint::max();
  }
  return after_pause(closed ? tokens_.next_token_at(now) : breaker_.probe_at(now), now);
}

TimePoint HostGate::after_pause(TimePoint at, TimePoint now) const {
  return paused(now) ? std::max(at, state_.paused_until.value_or(at)) : at;
}

TimePoint HostGate::overwrite_turn_at(TimePoint now) const {
  return overwrites_.empty() ? now : std::max(now, *overwrites_.rbegin() + kOverwriteAlone);
}

void HostGate::overwrite_ends(TimePoint begun_at) {
  overwrites_.erase(overwrites_.find(begun_at));
}

bool HostGate::record(const HostSign& sign, Timing timing, TimePoint now) {
  const bool known = breaker_.state() != State::closed || paused(now);
  pause(sign, now);
  switch (sign.kind) {
    case HostSign::Kind::none:
      // A host that goes down breaks connections before it refuses them.
      return breaker_.state() == State::closed && !(known && sign.pause > Milliseconds::zero());
    case HostSign::Kind::well:
      if (breaker_.state() == State::closed) {
        limit_.answered(timing.begun_at, timing.ended_at, timing.in_flight);
        state_.concurrency = limit_.allowed();
      }
      if (!state_.stores_nothing) {  // a host that stores nothing may well answer
        breaker_.job_succeeded();
        follow(now, "");
      }
      return true;
    case HostSign::Kind::fault:
    case HostSign::Kind::storage:
      break;
  }
  return record_fault(sign, timing, now, known);
}

bool HostGate::record_fault(const HostSign& sign, Timing timing, TimePoint now, bool known) {
  if (sign.kind == HostSign::Kind::storage) {
    state_.stores_nothing = true;
    breaker_.trip(now);
    follow(now, sign.reason);
    return !known;
  }
  if (sign.timed_out) {
    const bool overloaded = limit_.overloaded(timing.ended_at);
    limit_.timed_out(timing.begun_at, timing.ended_at);
    state_.concurrency = limit_.allowed();
    if (overloaded) {
      return false;
    }
  }
  breaker_.job_met_fault(now);
  follow(now, sign.reason);
  return !known;
}

bool HostGate::begin_probe(TimePoint now) {
  if (breaker_.state() != State::open || breaker_.probe_at(now) > now || paused(now)) {
    return false;
  }
  breaker_.probe_begins();
  return true;
}

void HostGate::probe_ended(Probe kind, const HostSign& sign, TimePoint now) {
  pause(sign, now);
  const bool well = sign.kind == HostSign::Kind::well && kind == probe_kind();
  if (sign.kind == HostSign::Kind::storage) {
    state_.stores_nothing = true;
  } else if (well) {
    state_.stores_nothing = false;
  }
  breaker_.probe_ends(well, now);
  follow(now, sign.reason);
}

void HostGate::pause(const HostSign& sign, TimePoint now) {
  if (sign.pause <= Milliseconds::zero()) {
    return;
  }
  if (!paused(now)) {
    logger_.warn("zooid asks us to wait for {} s (Retry-After): sending nothing until then",
                 seconds(sign.pause));
  }
  state_.paused_until = std::max(paused(now) ? state_.paused_until.value_or(now) : now,
                                 now + std::min<Milliseconds>(sign.pause, kLongestPause));
  if (state_.failing_since) {
    state_.probe_at = after_pause(breaker_.probe_at(now), now);
  }
}

bool HostGate::paused(TimePoint now) const {
  // One that ends further away than any pause lasts: the clock was set back since.
  return state_.paused_until && *state_.paused_until > now &&
         *state_.paused_until <= now + kLongestPause;
}

// Brings state_ in line with the breaker, and tells the operator of the change.
void HostGate::follow(TimePoint now, const std::string& reason) {
  if (breaker_.state() == State::closed) {
    if (state_.failing_since) {
      logger_.info("zooid works again, after {} s; resuming", seconds(now - *state_.failing_since));
      state_.failing_since.reset();
      state_.probe_at.reset();
      state_.reason.clear();
    }
    return;
  }
  state_.probe_at = after_pause(breaker_.probe_at(now), now);
  if (!reason.empty()) {
    state_.reason = reason;
  }
  if (!state_.failing_since) {
    state_.failing_since = now;
    limit_.restart();
    state_.concurrency = limit_.allowed();
    say_that_it_fails(now);
  }
}

void HostGate::say_that_it_fails(TimePoint now) const {
  const auto wait = seconds(state_.probe_at.value_or(now) - now);
  if (state_.stores_nothing) {
    logger_.error(
        "zooid cannot store relays: {}; changing nothing until it can, and spending no retries; "
        "trying with a scratch relay in {} s, and at least every 2 minutes",
        state_.reason, wait);
  } else {
    logger_.error(
        "zooid is unusable: {}; sending nothing until it works, and spending no retries; probing "
        "it "
        "in {} s, and at least every 2 minutes",
        state_.reason, wait);
  }
}

}  // namespace tender::outbox
