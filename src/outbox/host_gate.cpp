#include "tender/outbox/host_gate.hpp"

#include <algorithm>

namespace tender::outbox {
namespace {

using State = CircuitBreaker::State;

constexpr std::chrono::minutes kLongestPause{15};  // that we heed

std::int64_t seconds(Milliseconds duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

}  // namespace

HostGate::HostGate(Random& random, Logger& logger, int rate, int concurrency)
    : logger_(logger),
      breaker_(random),
      tokens_(rate),
      concurrency_(concurrency),
      allowance_(concurrency) {}

void HostGate::restore(const HostState& state, TimePoint now) {
  state_ = state;
  if (state_.failing_since) {
    logger_.warn(
        "zooid could not be worked with when tender ended, since {} s: {}; it is asked whether it "
        "can before anything is sent",
        seconds(now - *state_.failing_since), state_.reason);
    breaker_.restore_open(now);
    allowance_ = 1;
  }
}

bool HostGate::admits(TimePoint now, int in_flight) {
  return breaker_.state() == State::closed && in_flight < allowance_ && !paused(now) &&
         tokens_.next_token_at(now) <= now;
}

TimePoint HostGate::opens_at(TimePoint now, int in_flight) {
  const bool closed = breaker_.state() == State::closed;
  if (breaker_.state() == State::half_open || (closed && in_flight >= allowance_)) {
    return TimePoint::max();
  }
  return after_pause(closed ? tokens_.next_token_at(now) : breaker_.probe_at(now), now);
}

TimePoint HostGate::after_pause(TimePoint at, TimePoint now) const {
  return paused(now) ? std::max(at, state_.paused_until.value_or(at)) : at;
}

bool HostGate::record(const HostSign& sign, TimePoint now) {
  const bool known = breaker_.state() != State::closed || paused(now);
  pause(sign, now);
  switch (sign.kind) {
    case HostSign::Kind::none:
      // A host that goes down breaks connections before it refuses them.
      return breaker_.state() == State::closed && !(known && sign.pause > Milliseconds::zero());
    case HostSign::Kind::well:
      breaker_.job_succeeded();
      allowance_ = std::min(concurrency_, allowance_ + 1);
      follow(now, "");
      return true;
    case HostSign::Kind::fault:
      break;
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

void HostGate::probe_ended(const HostSign& sign, TimePoint now) {
  pause(sign, now);
  breaker_.probe_ends(sign.kind == HostSign::Kind::well, now);
  follow(now, sign.reason);
}

void HostGate::pause(const HostSign& sign, TimePoint now) {
  if (sign.pause <= Milliseconds::zero()) {
    return;
  }
  if (!paused(now)) {
    logger_.warn("zooid asks us to wait for {} s (Retry-After): nothing is sent until then",
                 seconds(sign.pause));
  }
  state_.paused_until = std::max(paused(now) ? state_.paused_until.value_or(now) : now,
                                 now + std::min<Milliseconds>(sign.pause, kLongestPause));
  if (state_.failing_since) {
    state_.probe_at = after_pause(breaker_.probe_at(now), now);
  }
  changed_ = true;
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
      logger_.info("zooid answers again, after {} s; going on with what has waited",
                   seconds(now - *state_.failing_since));
      state_ = {
          .failing_since = {}, .reason = {}, .probe_at = {}, .paused_until = state_.paused_until};
      changed_ = true;
    }
    return;
  }
  state_.probe_at = after_pause(breaker_.probe_at(now), now);
  if (!state_.failing_since) {
    logger_.error(
        "zooid cannot be worked with: {}; nothing is sent until it can, no retry is used up "
        "meanwhile; it is asked again in {} s, and every 2 minutes at the least",
        reason, seconds(*state_.probe_at - now));
    state_.failing_since = now;
    allowance_ = 1;
  }
  if (!reason.empty()) {
    state_.reason = reason;
  }
  changed_ = true;
}

}  // namespace tender::outbox
