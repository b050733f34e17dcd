// What the dispatcher keeps of one destination. For its own sources.
#pragma once

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "tender/outbox/dispatcher.hpp"

namespace tender::outbox {

// One destination: its gate, and what is under way towards it.
struct Dispatcher::Lane {
  Lane(Destination to, bool rows_name_it, std::size_t kinds, Random& random, Logger& logger,
       const Metrics& metrics)
      : destination(std::move(to)),
        of_rows(rows_name_it),
        gate(destination.name, random, logger, destination.gate,
             destination.measured ? metrics : Metrics()),
        places{.by_kind = std::vector<int>(kinds)},
        turns(kinds),
        claimed_last(kinds - 1) {}

  struct Turn {
    std::uint64_t claims = 0;  // so far
    bool barred = false;       // the last job that could be claimed waits until it may overwrite
  };

  // Whether one more job of that kind may be claimed beside `taken` others of it.
  [[nodiscard]] bool has_place(std::size_t kind, const Kind& as, int taken) const {
    return !turns.at(kind).barred && taken < std::max(1, gate.allowed() / as.share);
  }

  [[nodiscard]] bool goes_here(const Kind& kind) const {
    return kind.goes_to == nullptr || kind.goes_to(destination.name);
  }

  // There can be many lanes of rows, so they are looked at only when something may have changed.
  [[nodiscard]] bool is_due(TimePoint now) const { return !of_rows || touched || look_at <= now; }

  [[nodiscard]] bool is_barred() const { return std::ranges::any_of(turns, &Turn::barred); }

  Destination destination;
  bool of_rows;         // of Registry::more
  bool touched = true;  // since it was looked at last
  TimePoint look_at{};
  bool unwanted = false;
  DestinationGate gate;
  Places places;
  std::vector<Turn> turns;       // of each kind
  std::size_t claimed_last;      // which kind
  std::optional<Probe> probing;  // what is being found out
};

}  // namespace tender::outbox
