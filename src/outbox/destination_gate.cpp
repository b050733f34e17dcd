#include "tender/outbox/destination_gate.hpp"

#include <algorithm>
#include <utility>

#include "tender/base/log_messages.hpp"
#include "tender/outbox/retry_policy.hpp"

namespace tender::outbox {
namespace {

using State = CircuitBreaker::State;

constexpr std::chrono::minutes kLongestPause{15};   // a longer Retry-After counts as this
constexpr std::chrono::seconds kOverwriteAlone{1};  // as long as it has no answer
constexpr std::chrono::seconds kHastened{5};        // at least, between two probes
constexpr std::chrono::seconds kAnswerNews{5};  // an answer so long after the last is worth saving

// How long what is believed of a destination may rest on one answer, and how soon it is asked again
// when something speaks against it. Both with jitter.
constexpr RetryPolicy kQuiet(0, std::chrono::seconds(60), std::chrono::seconds(60));
constexpr RetryPolicy kDoubt(0, std::chrono::seconds(2), std::chrono::seconds(2));

}  // namespace

DestinationGate::DestinationGate(std::string name, Random& random, Logger& logger, Options options,
                                 const Metrics& metrics)
    : name_(std::move(name)),
      watched_(options.watched),
      random_(random),
      logger_(logger),
      breaker_(random),
      tokens_(options.rate),
      rate_(options.rate),
      limit_(options.concurrency, options.first_concurrency, options.slow_answer),
      quiet_(kQuiet.delay(1, random)),
      transitions_(metrics.counter("tender_destination_transitions_total")),
      faults_(metrics.counter("tender_destination_faults_total")),
      rate_waits_(metrics.histogram("tender_rate_limiter_wait_seconds")) {}

void DestinationGate::restore(const DestinationState& state, TimePoint now) {
  state_ = state;
  state_.concurrency.reset();  // that was what another process had learned
  saved_ = state;
  ask_soon(now);  // what an earlier process believed may be old
  asked_at_ = now;
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
  forget_old_pause(now);
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

TimePoint DestinationGate::probe_at(TimePoint now) const {
  switch (breaker_.state()) {
    case State::open:
      return after_pause(breaker_.probe_at(now), now);
    case State::half_open:
      return TimePoint::max();
    case State::closed:
      break;
  }
  if (!ask_at_) {
    return TimePoint::max();
  }
  // Further ahead than that only when the clock was set back.
  return after_pause(*ask_at_ > now + kQuiet.longest() ? now : *ask_at_, now);
}

void DestinationGate::hasten_probe(TimePoint asked_at, TimePoint now) {
  if (waits_for_probe() && asked_at > asked_at_) {
    breaker_.hasten_probe(std::max(now, asked_at_ + kHastened));
    state_.probe_at = probe_at(now);
  }
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
      if (sign.answered) {
        note_answer(now);
      }
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
  ask_soon(now);
  follow(now, sign.reason);
  return !known;
}

void DestinationGate::note_answer(TimePoint now) {
  state_.answered_at = now;
  ask_in(quiet_, now);
}

void DestinationGate::ask_soon(TimePoint now) {
  if (watched_) {
    ask_in(kDoubt.delay(1, random_), now);
  }
}

void DestinationGate::ask_in(Milliseconds wait, TimePoint now) {
  if (watched_) {
    ask_at_ = now + wait;
  }
}

bool DestinationGate::begin_probe(TimePoint now) {
  forget_old_pause(now);
  if (probe_at(now) > now) {
    return false;
  }
  asked_at_ = now;
  quiet_ = kQuiet.delay(1, random_);
  if (breaker_.state() == State::open) {
    breaker_.probe_begins();
  } else {
    ask_at_.reset();  // until it has ended
  }
  return true;
}

void DestinationGate::probe_ended(Probe kind, const DestinationSign& sign, TimePoint now) {
  count_fault(sign);
  pause(sign, now);
  if (sign.kind == DestinationSign::Kind::well) {
    note_answer(now);
  }
  if (breaker_.state() != State::half_open && sign.kind != DestinationSign::Kind::storage) {
    watch_ended(sign, now);
    return;
  }
  const bool well = sign.kind == DestinationSign::Kind::well && kind == probe_kind();
  if (sign.kind == DestinationSign::Kind::storage) {
    state_.stores_nothing = true;
    breaker_.trip(now);  // if it was only asked whether it still works
  } else if (well) {
    state_.stores_nothing = false;
  }
  breaker_.probe_ends(well, now);
  follow(now, sign.reason);
}

// It was asked whether it still works; or it was asked while it failed, and a job in flight has
// closed the breaker meanwhile.
void DestinationGate::watch_ended(const DestinationSign& sign, TimePoint now) {
  if (sign.kind == DestinationSign::Kind::fault) {
    breaker_.watch_ends(/*well=*/false, now);
    ask_soon(now);
  } else if (sign.kind == DestinationSign::Kind::well) {
    breaker_.watch_ends(/*well=*/true, now);
  } else {
    ask_in(quiet_, now);  // neither: it is asked again in its time
  }
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
  pause_length_ = *state_.paused_until - now;
  if (state_.failing_since) {
    state_.probe_at = after_pause(breaker_.probe_at(now), now);
  }
}

bool DestinationGate::paused(TimePoint now) const {
  // A pause that ends further away than any pause lasts is over: the clock was set back.
  return state_.paused_until && *state_.paused_until > now &&
         *state_.paused_until <= now + kLongestPause;
}

// Else it would begin again when the clock is set back, or comes close to its end after that. One
// that is under way then lasts no longer than it was to last.
void DestinationGate::forget_old_pause(TimePoint now) {
  if (!paused(now)) {
    state_.paused_until.reset();
  } else {
    state_.paused_until =
        std::min(state_.paused_until.value_or(now), now + pause_length_.value_or(kLongestPause));
  }
}

bool DestinationGate::changed() const {
  DestinationState known = state_;
  known.answered_at = saved_.answered_at;
  return known != saved_ ||
         (state_.answered_at &&
          (!saved_.answered_at ||
           std::chrono::abs(*state_.answered_at - *saved_.answered_at) >= kAnswerNews));
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
    asked_at_ = now;
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
