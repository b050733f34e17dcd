// What becomes of one request: when it takes effect at zooid, if it does, and what the client hears
// when. One function for each class of fault, and no state.
#pragma once

#include <optional>
#include <string>

#include "tender/http/transport.hpp"

#include "simulation/dice.hpp"
#include "simulation/fault_kind.hpp"

namespace tender::simulation {

struct Fate {
  std::optional<Milliseconds> apply;      // after it was sent; nothing: zooid never does it
  Milliseconds answer{};                  // after it was sent
  std::optional<http::Exchange> instead;  // nothing: zooid's own answer, which needs `apply`
};

/// A request that goes well, in at most twice `pace`.
[[nodiscard]] Fate good_fate(Milliseconds pace, Dice& dice);

/// A request that meets `kind`, one of those of requests.
[[nodiscard]] Fate bad_fate(FaultKind kind, Milliseconds timeout, Dice& dice);

/// How a host is out of order.
enum class OutageStyle : std::uint8_t { refuses, hangs, gateway };

[[nodiscard]] Fate outage_fate(OutageStyle style, Milliseconds timeout, Dice& dice);

/// What zooid says to a token whose time is too far from its own.
[[nodiscard]] Fate stale_token_fate(TimePoint now, Dice& dice);

}  // namespace tender::simulation
