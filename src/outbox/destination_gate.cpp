#include "tender/outbox/destination_gate.hpp"

#include <algorithm>
#include <utility>

#include "tender/base/log_messages.hpp"

namespace tender::outbox {
namespace {

using State = CircuitBreaker::State;

constexpr std::chrono::minutes kLongestPause{15};   // a longer Retry-After counts as this
constexpr std::chrono::seconds kOverwriteAlone{1};  // as long as it has no answer

}  // namespace

DestinationGate::DestinationGate(std::string name, Random& random, Logger& logger, Options options,
                                 const Metrics& metrics)
    : name_(std::move(name)),
      logger_(logger),
      breaker_(random),
      tokens_(options.rate),
      rate_(options.rate),
      limit_(options.concurrency, options.first_concurrency, options.slow_answer),
      transitions_(metrics.counter("tender_destination_transitions_total")),
      faults_(metrics.counter("tender_destination_faults_total")),
      rate_waits_(metrics.histogram("tender_rate_limiter_wait_seconds")) {}

void DestinationGate::restore(const DestinationState& state, TimePoint now) {
  state_ = state;
  state_.concurrency.reset();  // that was what another process had learned
  saved_ = state;
  if (state_.failing_since) {
    write_log(logger_, logs::kUnusableBefore, "destination", name_, "failing_for",
              now - *state_.failing_since, "cause", state_.reason);
    breaker_.restore_open(now);
  }
}

void DestinationGate::set_rate(int rate) {
  if (std::exchange(rate_, rate) != rate) {
    tokens_ = TokenBucket(rate);
  }
}

bool DestinationGate::admits(TimePoint now, int in_flight) {
  return breaker_.state() == State::closed && in_flight < limit_.allowed() && !paused(now) &&
         tokens_.next_token_at(now) <= now;
}

TimePoint DestinationGate::opens_at(TimePoint now, int in_flight) {
  const bool closed = breaker_.state() == State::closed;
  if (breaker_.state() == State::half_open || (closed && in_flight >= limit_.allowed())) {
    return TimePoint::max();
  }
  return after_pause(closed ? tokens_.next_token_at(now) : breaker_.probe_at(now), now);
}

TimePoint DestinationGate::after_pause(TimePoint at, TimePoint now) const {
  return paused(now) ? std::max(at, state_.paused_until.value_or(at)) : at;
}

TimePoint DestinationGate::overwrite_turn_at(TimePoint now) const {
  return overwrites_.empty() ? now : std::max(now, *overwrites_.rbegin() + kOverwriteAlone);
}

void DestinationGate::take_token(TimePoint due, TimePoint now) {
  rate_waits_.observe({name_}, tokens_.wait_of(due, now));
  tokens_.take();
}

void DestinationGate::count_fault(const DestinationSign& sign) const {
  if (sign.kind == DestinationSign::Kind::storage) {
    faults_.add({name_, "storage"});
  } else if (sign.kind == DestinationSign::Kind::fault) {
    faults_.add({name_, sign.timed_out ? "timeout" : "unusable"});
  }
}

void DestinationGate::overwrite_ends(TimePoint begun_at) {
  overwrites_.erase(overwrites_.find(begun_at));
}

bool DestinationGate::record(const DestinationSign& sign, Timing timing, TimePoint now) {
  const bool known = breaker_.state() != State::closed || paused(now);
  count_fault(sign);
  pause(sign, now);
  switch (sign.kind) {
    case DestinationSign::Kind::none:
      // A destination that goes down breaks connections before it refuses them.
      return breaker_.state() == State::closed && !(known && sign.pause > Milliseconds::zero());
    case DestinationSign::Kind::well:
      note_answer(now);
      if (breaker_.state() == State::closed) {
        limit_.answered(timing.begun_at, timing.ended_at, timing.in_flight);
        state_.concurrency = limit_.allowed();
      }
      if (!state_.stores_nothing) {  // one that stores nothing may well answer
        breaker_.job_succeeded();
        follow(now, "");
      }
      return true;
    case DestinationSign::Kind::fault:
    case DestinationSign::Kind::storage:
      break;
  }
  return record_fault(sign, timing, now, known);
}

bool DestinationGate::record_fault(const DestinationSign& sign, Timing timing, TimePoint now,
                                   bool known) {
  if (sign.kind == DestinationSign::Kind::storage) {
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

bool DestinationGate::begin_probe(TimePoint now) {
  if (breaker_.state() != State::open || breaker_.probe_at(now) > now || paused(now)) {
    return false;
  }
  breaker_.probe_begins();
  return true;
}

void DestinationGate::hurry_probe(TimePoint now) {
  if (breaker_.state() == State::open) {
    breaker_.hurry_probe(now);
    state_.probe_at = after_pause(breaker_.probe_at(now), now);
  }
}

void DestinationGate::note_answer(TimePoint now) {
  const auto& before = state_.answered_at;
  if (!before || now < *before || now >= *before + DestinationState::kAnsweredStep) {
    state_.answered_at = now;
  }
}

void DestinationGate::probe_ended(Probe kind, const DestinationSign& sign, TimePoint now) {
  count_fault(sign);
  pause(sign, now);
  const bool well = sign.kind == DestinationSign::Kind::well && kind == probe_kind();
  if (sign.kind == DestinationSign::Kind::storage) {
    state_.stores_nothing = true;
  } else if (well) {
    state_.stores_nothing = false;
  }
  if (well) {
    note_answer(now);
  }
  breaker_.probe_ends(well, now);
  follow(now, sign.reason);
}

void DestinationGate::pause(const DestinationSign& sign, TimePoint now) {
  if (sign.pause <= Milliseconds::zero()) {
    return;
  }
  if (!paused(now)) {
    transitions_.add({name_, "paused"});
    write_log(logger_, logs::kToldToWait, "destination", name_, "wait", sign.pause);
  }
  state_.paused_until = std::max(paused(now) ? state_.paused_until.value_or(now) : now,
                                 now + std::min<Milliseconds>(sign.pause, kLongestPause));
  if (state_.failing_since) {
    state_.probe_at = after_pause(breaker_.probe_at(now), now);
  }
}

bool DestinationGate::paused(TimePoint now) const {
  // A pause that ends further away than any pause lasts is over: the clock was set back.
  return state_.paused_until && *state_.paused_until > now &&
         *state_.paused_until <= now + kLongestPause;
}

// Brings state_ in line with the breaker, and tells the operator of the change.
void DestinationGate::follow(TimePoint now, const std::string& reason) {
  if (breaker_.state() == State::closed) {
    if (state_.failing_since) {
      transitions_.add({name_, "usable"});
      write_log(logger_, logs::kUsable, "destination", name_, "failed_for",
                now - *state_.failing_since);
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
    transitions_.add({name_, "failing"});
    say_that_it_fails(now);
  }
}

void DestinationGate::say_that_it_fails(TimePoint now) const {
  write_log(logger_, state_.stores_nothing ? logs::kStoresNothing : logs::kUnusable, "destination",
            name_, "cause", state_.reason, "next_probe", state_.probe_at.value_or(now) - now);
}

}  // namespace tender::outbox
