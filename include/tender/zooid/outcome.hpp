// What an answer of zooid's (or its absence) means for a sync: design.md's outcome table, in one
// place. Used by RelaySync for writes and by members and check for reads. Pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tender/http/transport.hpp"

namespace tender::zooid {

enum class Outcome : std::uint8_t {
  done,            // 2xx with a JSON object
  already_exists,  // POST 409: zooid has this relay; carry on with PATCH
  not_found,       // 404 with zooid's own error: the relay is unknown there
  transient,       // may work later
  permanent,       // zooid refuses what was sent: only an edit can help
  host_fault,      // the host cannot be reached or refuses us altogether; no relay's fault
};

[[nodiscard]] std::string_view to_string(Outcome outcome);

struct Verdict {
  Outcome outcome = Outcome::done;
  std::string reason;     // for people, with the remedy where one is known; empty when done
  bool in_doubt = false;  // the request may have been applied all the same
};

/// Judges the exchange of a request that was made with `method`.
[[nodiscard]] Verdict judge(const http::Exchange& exchange, http::Method method);

}  // namespace tender::zooid
