// What an answer from zooid (or no answer) means for a sync, in one place. Used by RelaySync for
// writes and by members and check for reads. Pure functions.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

namespace tender::zooid {

enum class Outcome : std::uint8_t {
  done,            // 2xx with a JSON object
  already_exists,  // POST 409: zooid has this relay; carry on with PATCH
  not_found,       // 404 with zooid's own error: the relay is unknown there
  transient,       // may work later
  host_taken,      // 409: zooid serves another relay under this one's host
  torn,            // PATCH: zooid's file of this relay is damaged; its secret may be lost
  permanent,       // zooid refuses what was sent: only an edit can help
  unsupported,     // zooid's own answer to a request that this version does not support
  storage_fault,   // zooid cannot read or write its files: a write can destroy a relay's secret
  host_fault,      // zooid cannot be reached or refuses us altogether; no relay's fault
  stopped,         // we stopped the exchange ourselves: nobody's fault
};

[[nodiscard]] std::string_view to_string(Outcome outcome);
/// Nothing for a text that to_string() does not make.
[[nodiscard]] std::optional<Outcome> parse_outcome(std::string_view text);

struct Verdict {
  Outcome outcome = Outcome::done;
  std::string reason{};        // for people, with the remedy where one is known; empty when done
  bool in_doubt = false;       // the request may have been applied nevertheless, or may be later
  bool from_zooid = false;     // zooid itself answered, after it had accepted our key
  bool timed_out = false;      // no answer in time
  Milliseconds retry_after{};  // how long zooid asks us to wait (RFC 9110, 10.2.3)
};

/// Judges the exchange of a request that was made with `method` and ended at `now` by our clock.
[[nodiscard]] Verdict judge(const http::Exchange& exchange, http::Method method, TimePoint now);

/// How much of the `error` in zooid's answer, from its beginning, is a text that every zooid writes
/// and judge() knows; empty: none.
[[nodiscard]] std::string_view known_prefix(std::string_view error);

/// How far our clock is ahead of the one in the answer's `Date`; nothing without one.
[[nodiscard]] std::optional<std::chrono::seconds> clock_skew(const http::Exchange& exchange,
                                                             TimePoint now);

/// zooid takes tokens whose time is within this of its own clock.
inline constexpr std::chrono::seconds kMaxClockSkew{60};

}  // namespace tender::zooid
