// What the wire shows of the host that all relays share, and what the worker owes it: five host
// faults in a row and nothing but probes is sent until one goes well; nothing at all while the host
// has asked for a pause; no more than RELAY_SYNC_RATE allows; no more at once than
// RELAY_SYNC_CONCURRENCY, and after an outage than have gone well since; and no attempt of a relay
// is spent on what is known. Forgets what a process forgets when it dies.
#pragma once

#include <deque>

#include "simulation/meaning.hpp"
#include "simulation/network.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"

namespace tender::simulation {

class HostWitness {
 public:
  /// `rate`: RELAY_SYNC_RATE; `concurrency`: RELAY_SYNC_CONCURRENCY.
  HostWitness(const Timeline& timeline, Trace& trace, int rate, int concurrency)
      : timeline_(timeline),
        trace_(trace),
        rate_(static_cast<std::size_t>(rate)),
        concurrency_(concurrency),
        allowance_(concurrency) {}

  /// A sync's first request goes out, or a look, beside `others` of both.
  void job_sent(const Call& call, int others);
  void probe_sent(const Call& call);

  /// True when the worker knew of an outage or a pause before this answer, and it is one that may
  /// be the host's: it is no attempt then.
  bool job_heard(const Meaning& meaning);
  void probe_heard(const Meaning& meaning);

  /// The next process begins with what the database says: the host failing or not, and how long it
  /// is still to be left alone.
  void process_ended(bool failing, Milliseconds pause);
  void clock_jumped();

 private:
  void check_pause(const Call& call);
  void check_rate(const Call& call);
  void check_crowd(const Call& call, int others);
  void is_well();
  void is_failing();
  void hear_pause(const Meaning& meaning);

  const Timeline& timeline_;
  Trace& trace_;
  std::size_t rate_;
  int concurrency_;
  int allowance_;  // how many may be under way at once
  int faults_in_row_ = 0;
  bool failing_ = false;
  int probes_ = 0;  // under way
  TimePoint paused_until_{};
  std::deque<TimePoint> sent_;  // jobs in the last second
};

}  // namespace tender::simulation
