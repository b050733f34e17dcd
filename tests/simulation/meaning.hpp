// What an answer of zooid's means for a relay and for the host: written down a second time, so that
// the rules are not held against the product's own reading.
#pragma once

#include <cstdint>

#include "tender/http/transport.hpp"

#include "simulation/tables.hpp"

namespace tender::simulation {

/// For the relay that was sent.
enum class Heard : std::uint8_t {
  nothing,
  done,
  refused,
  lost,
  torn,      // its file has lost what it held
  unheeded,  // zooid did nothing, and not because of this relay
  unknown,   // it may have done something
};

/// For the host that all relays share.
enum class HostShown : std::uint8_t {
  nothing,
  well,
  failing,
  storage,  // failing, and what is written to it may be destroyed
};

struct Meaning {
  Heard heard = Heard::nothing;
  HostShown host = HostShown::nothing;
  Milliseconds pause{};  // that the host asks for
  bool late = false;     // nothing came in time
};

[[nodiscard]] Meaning meaning_of(http::Method method, const http::Exchange& exchange);

/// The host that zooid refuses because another relay has it; empty: it does not say so.
[[nodiscard]] std::string host_refused_by(const http::Exchange& exchange);

/// For a look at a relay.
enum class Shown : std::uint8_t { as_described, wrong, unclear };

/// The key that a look shows as the relay's own; empty: none.
[[nodiscard]] std::string identity_in(const http::Exchange& exchange);

[[nodiscard]] Shown shown_by(const http::Exchange& exchange, const RelayRow& relay);

}  // namespace tender::simulation
