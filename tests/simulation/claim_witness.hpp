// Watches which sync is next: the more urgent goes first, then the one that has been due longer;
// but every eighth claim takes what has been due longest, whatever its priority. A claim shows only
// when its request goes out, and one that needs none does not, so what looks passed over is judged
// when the instant has ended. An eighth turn that a sync took which waits for a deletion is not
// seen either. Heeds nothing that became due in the same instant.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "simulation/tables.hpp"
#include "simulation/trace.hpp"

namespace tender::simulation {

class ClaimWitness {
 public:
  /// Borrows both; `clock` is the wall clock of the process.
  ClaimWitness(const Clock& clock, Trace& trace) : clock_(clock), trace_(trace) {}

  /// Whether the process may hold a claim of that relay: it is under way, or was until just now.
  using Busy = std::function<bool(const std::string& relay)>;

  /// The first request of `relay`'s sync goes out.
  void sent(const std::string& relay, const Tables& tables, const Busy& busy);

  /// Nothing more happens in this instant.
  void instant_ended(const Tables& tables);

  /// The process has ended, or a claim may have been undone: what was counted is void.
  void start_over();

 private:
  // A row of the outbox, until it is asked for again.
  using Wish = std::pair<std::string, std::int64_t>;  // relay and generation

  struct Passed {
    Wish wish;
    std::string by;
    bool longer_due = false;  // than the one that was sent
    bool urgent = false;      // more than that
  };

  [[nodiscard]] bool may_have_aged_unseen(const Tables& tables);
  void judge(const Passed& passed);

  const Clock& clock_;
  Trace& trace_;
  std::vector<Passed> passed_;  // in this instant
  // Due for longer than all that a claim would show, by relay.
  std::map<std::string, JobRow> left_out_;
  std::optional<Wish> longest_;       // the longest due, at the newest claim
  int passes_ = 0;                    // that it was not taken, in a row
  std::optional<Wish> pushed_aside_;  // by one that was less urgent, the aged turn's
  int claims_since_ = 0;
};

}  // namespace tender::simulation
