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

  /// What the job that began at `begun_at` ended with: an answer that only a host that is well
  /// gives, or none in time.
  void answered(TimePoint begun_at);
  void timed_out(TimePoint begun_at);

  /// The host fails.
  void restart();
  /// The next process knows nothing of this one's answers.
  void process_ended();

  /// Whether zooid has answered of late, and slowly.
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
  TimePoint slow_at_{};  // the newest slow answer
};

}  // namespace tender::simulation
