// Work whose length and result a test decides, for the dispatcher. It notes what it is asked to do
// and how much of it at once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/outbox/executor.hpp"

namespace tender::outbox {

class FakeExecutor final : public Executor, public Prober {
 public:
  /// What becomes of one job.
  struct Plan {
    Milliseconds takes{};
    /// The settlement, given `superseded`; called inside of the dispatcher's transaction. Empty:
    /// Complete.
    std::function<Settlement(bool)> settle{};
    DestinationSign sign{};  // what it shows of the host
    bool asks_destination = true;
    bool overwrites = false;
  };

  struct Settled {
    std::string key;
    bool superseded;
    bool counts = true;
    bool operator==(const Settled&) const = default;
    friend void PrintTo(const Settled& settled, std::ostream* out) {
      *out << settled.key << (settled.superseded ? " (superseded)" : "")
           << (settled.counts ? "" : " (does not count)");
    }
  };

  explicit FakeExecutor(Clock& clock) : clock_(clock) {}

  std::unique_ptr<Execution> begin(const Job& job, bool may_overwrite) override;
  boost::asio::awaitable<DestinationSign> probe(Probe what) override;

  /// Asked for each job that begins, inside of the dispatcher's transaction; empty: done at once.
  std::function<Plan(const Job&)> script;

  DestinationSign probe_answer{DestinationSign::Kind::well, {}, {}};

  Milliseconds probe_takes{};

  std::vector<TimePoint> probes;
  std::vector<Probe> probe_kinds;
  std::vector<Job> begun;
  std::vector<Settled> settled;  // calls of settle(), those included that were rolled back
  int most_at_once = 0;
  int most_at_once_for_one_key = 0;

 private:
  class Work;

  Clock& clock_;
  std::map<std::string, int> running_;
};

}  // namespace tender::outbox
