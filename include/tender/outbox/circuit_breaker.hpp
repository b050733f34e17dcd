// Whether a destination is well enough to be sent to. Five faults in a row open the breaker. It
// stays open for 5 s, ±10%, then one probe decides. Each time that it opens again before a job has
// succeeded, that time doubles, up to 100 s. A pure state machine: DestinationGate feeds it and
// acts on it.
#pragma once

#include <cstdint>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"

namespace tender::outbox {

class CircuitBreaker {
 public:
  enum class State : std::uint8_t {
    closed,     // all is well, as far as is known
    open,       // nothing is sent until probe_at()
    half_open,  // one probe is under way
  };

  /// Borrows `random`, for jitter.
  explicit CircuitBreaker(Random& random) : random_(random) {}

  [[nodiscard]] State state() const { return state_; }

  /// When the probe is due, as seen at `now`; meaningful while open. If it
  /// would be further away than the breaker is ever open, the clock was set back: then at once.
  [[nodiscard]] TimePoint probe_at(TimePoint now) const;

  /// A job met a fault of the destination. The fifth in a row opens it; one that comes while it is
  /// not closed says nothing new.
  void job_met_fault(TimePoint now);

  /// What a job met is dangerous: opens it at once.
  void trip(TimePoint now);

  /// A job got an answer that only a well destination gives. Closes it and forgets all faults.
  void job_succeeded();

  /// A probe of a destination that is well as far as is known. A fault counts as one of a job's; an
  /// answer forgets those of earlier probes, and no job's: a destination may answer probes and
  /// nothing else.
  void watch_ends(bool well, TimePoint now);

  /// While it is open: the probe is due at that time already.
  void hasten_probe(TimePoint at);

  /// From open to half_open.
  void probe_begins();

  /// The probe's result. A success closes the breaker. It opens for longer next time, unless a job
  /// succeeds before: a destination may answer probes and nothing else.
  void probe_ends(bool well, TimePoint now);

  /// As it was left by an earlier process: open, with the probe due at once.
  void restore_open(TimePoint now);

 private:
  void open(TimePoint now);

  Random& random_;
  State state_ = State::closed;
  int faults_in_row_ = 0;
  int watch_faults_ = 0;  // of probes in a row, beside those
  int openings_ = 0;      // since a job last succeeded
  TimePoint probe_at_{};
};

}  // namespace tender::outbox
