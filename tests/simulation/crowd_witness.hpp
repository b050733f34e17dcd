// Watches how many requests are under way at once: never more than RELAY_SYNC_CONCURRENCY, and no
// more than zooid has shown that it bears. The limit begins at 1, and again after an outage. A good
// answer adds one until the first sign of overload, an n-th after it; an answer that takes longer
// than a quarter of the timeout, and one that does not come in time, halve it, once for those that
// were under way together. Also knows whether zooid is merely slow.
#pragma once

#include "simulation/network.hpp"
#include "simulation/timeline.hpp"
#include "simulation/trace.hpp"

namespace tender::simulation {

class CrowdWitness {
 public:
  /// `most`: RELAY_SYNC_CONCURRENCY; `timeout`: ZOOID_API_TIMEOUT. Borrows the others.
  CrowdWitness(const Timeline& timeline, Trace& trace, int most, Milliseconds timeout)
      : timeline_(timeline), trace_(trace), most_(most), timeout_(timeout) {}

  /// A job's first request goes out beside `others`.
  void sent(const Call& call, int others);

  /// What the job that began at `begun_at` got: an answer that only a host that is well gives, with
  /// which the job may go on (`last` is false), or none in time.
  void answered(TimePoint begun_at, bool last);
  void timed_out(TimePoint begun_at);

  /// The host fails.
  void restart();
  /// The next process knows nothing of this one's answers.
  void process_ended();
  /// It may have failed.
  void may_have_restarted() { unhurt_ = true; }

  /// Whether zooid may have answered slowly of late; whether it surely has.
  [[nodiscard]] bool may_be_slow() const;
  [[nodiscard]] bool is_slow() const;

 private:
  void halve(TimePoint begun_at);

  const Timeline& timeline_;
  Trace& trace_;
  int most_;
  Milliseconds timeout_;
  double limit_ = 1;
  bool unhurt_ = true;  // no sign of overload since the start
  TimePoint halved_at_{};
  TimePoint maybe_slow_at_{};  // the newest answer that may have been slow
  TimePoint slow_at_{};        // that was
};

}  // namespace tender::simulation
