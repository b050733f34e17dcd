// GET /metrics: all that the sidecar measures, in Prometheus' text format. What is counted is there
// already; what only the database knows is read for the scrape, at most every kFresh, and less
// often where reading takes long. While the database cannot be read, the last numbers stay, and
// tender_snapshot_age_seconds says how old they are. On the one thread.
#pragma once

#include <optional>

#include "tender/base/metrics.hpp"
#include "tender/http/transport.hpp"
#include "tender/view/status.hpp"

#include "routes.hpp"

namespace tender::admin {

class MetricsPage {
 public:
  static constexpr Milliseconds kFresh{5000};
  /// Reading takes at most one part in so many of the time.
  static constexpr int kShare = 50;

  /// Borrows the desk.
  explicit MetricsPage(Desk& desk);

  /// Never fails. Blocks as Database says.
  [[nodiscard]] http::Response answer();

 private:
  void read_database(SteadyTime now);
  void show_database();
  void show_relays(const view::Snapshot& snapshot);
  void show_webhooks(const view::Snapshot& snapshot, TimePoint now);
  void show_work(TimePoint now);
  void show_sidecar();
  void show_process() const;

  Desk& desk_;
  Metrics metrics_;
  SteadyTime taken_at_;  // the numbers of the database; at first: the start
  bool taken_once_ = false;
  std::optional<SteadyTime> next_reading_;  // nothing: none yet
};

}  // namespace tender::admin
