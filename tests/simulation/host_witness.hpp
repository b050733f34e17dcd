// What the wire shows of the host that all relays share, and what the worker owes it: five host
// faults in a row and nothing but probes is sent until one goes well; a probe when it has not
// answered for a minute or has just met a fault, and not before; nothing at all while the host
// has asked for a pause; no more than RELAY_SYNC_RATE allows; no more at once than
// CrowdWitness says; and no attempt of a relay is spent on what is known, nor on a zooid that is
// merely slow. Forgets what a process forgets when it dies.
#pragma once

#include <deque>

#include "tender/config/env.hpp"

#include "simulation/crowd_witness.hpp"
#include "simulation/meaning.hpp"
#include "simulation/network.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"

namespace tender::simulation {

class HostWitness {
 public:
  HostWitness(const Timeline& timeline, Trace& trace, const config::Env& env)
      : timeline_(timeline),
        trace_(trace),
        rate_(static_cast<std::size_t>(env.relay_sync_rate)),
        crowd_(timeline, trace, static_cast<int>(env.relay_sync_concurrency),
               env.zooid_api_timeout) {}

  /// A sync's first request goes out, or a look, beside `others` of both.
  void job_sent(const Call& call, int others);
  /// `goes_on`: it is the next request of a probe that is under way.
  void probe_sent(const Call& call, bool goes_on);
  /// Of any kind: the host was asked, or has answered.
  void heard_of() { heard_of_at_ = timeline_.now(); }
  /// The process could ask all the time, and does not.
  void check_silence();

  /// A job that began at `begun_at` has ended; `stores`: zooid is not known to have failed to
  /// store. True when the worker knew of an outage or a pause before this answer, and it is one
  /// that may be the host's, or zooid is merely slow: it is no attempt then.
  bool job_heard(const Meaning& meaning, TimePoint begun_at, bool stores);
  /// `is_the_end`: nothing more is asked of the host when that went well.
  void probe_heard(const Meaning& meaning, bool is_the_end);

  /// The next process begins with what the database says: the host failing or not, and how long it
  /// is still to be left alone.
  void process_ended(bool failing, Milliseconds pause);
  void process_started() { heard_of(); }
  void clock_jumped();

  /// What it answers meanwhile does not count.
  [[nodiscard]] bool failing() const { return failing_; }

 private:
  void check_pause(const Call& call);
  void check_rate(const Call& call);
  void note(const Meaning& meaning);
  void is_well();
  void is_failing();
  void hear_pause(const Meaning& meaning);

  const Timeline& timeline_;
  Trace& trace_;
  std::size_t rate_;
  CrowdWitness crowd_;
  int faults_in_row_ = 0;
  bool failing_ = false;
  int watch_faults_ = 0;   // that probes met in a row, while it was not known to fail
  int probes_ = 0;         // under way
  bool watches_ = false;   // that one began while the host was not known to fail
  bool may_watch_ = true;  // it has met a fault since it answered, or nothing is known
  TimePoint answered_at_{};
  TimePoint heard_of_at_{};
  TimePoint paused_until_{};
  std::deque<TimePoint> sent_;  // jobs in the last second
};

}  // namespace tender::simulation
