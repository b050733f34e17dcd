// Watches that syncs and looks share zooid: when both are due they take turns, and looks hold a
// quarter of RELAY_SYNC_CONCURRENCY at most, one at least (how many within that depends on what
// zooid bears). A look that finds nothing to ask for does not show on the wire, so what looks
// passed over is judged when the instant has ended. Heeds nothing that became due in the same
// instant.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulation/network.hpp"
#include "simulation/tables.hpp"
#include "simulation/trace.hpp"

namespace tender::simulation {

class TurnWitness {
 public:
  /// `most`: RELAY_SYNC_CONCURRENCY. Borrows the others; `clock` is the wall clock of the process.
  TurnWitness(const Clock& clock, Trace& trace, int most)
      : clock_(clock), trace_(trace), most_(most) {}

  /// Whether the process may hold a claim of that relay: it is under way, or was until just now.
  using Busy = std::function<bool(const std::string& relay)>;

  /// A sync's first request goes out beside `looks`, those heard in this instant included.
  void sync_sent(const Tables& tables, const Busy& busy, int looks);
  /// A look at `relay` goes out beside `checks`: looks that no sync has asked for.
  void look_sent(const Call& call, const std::string& relay, const Tables& tables, int checks);

  /// Nothing more happens in this instant.
  void instant_ended(const Tables& tables);

  /// The process has ended, or a claim may have been undone: what was counted is void.
  void start_over();

 private:
  // A check's row of the outbox, until it is asked for again.
  using Wish = std::pair<std::string, std::int64_t>;  // relay and generation

  [[nodiscard]] int places() const;

  const Clock& clock_;
  Trace& trace_;
  int most_;
  std::vector<Wish> passed_;   // in this instant, by a sync each
  std::optional<Wish> first_;  // the check that was due longest, at the newest sync
  int passes_ = 0;             // that it was not made, in a row
};

}  // namespace tender::simulation
