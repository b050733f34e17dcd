// What an answer says about time: how long to stay away, and what its sender's clock shows. Pure
// functions.
#pragma once

#include <chrono>
#include <optional>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

namespace tender::http {

/// How far our clock, which showed `now` at the end of the exchange, is ahead of the one in the
/// answer's `Date`; nothing without one.
[[nodiscard]] std::optional<std::chrono::seconds> clock_skew(const Response& response,
                                                             TimePoint now);

/// How long an answer with 429 or 503 asks us to wait (RFC 9110, 10.2.3), in seconds or until a
/// date by the sender's own clock; at most `longest`. Zero: it does not.
[[nodiscard]] Milliseconds retry_after(const Response& response, TimePoint now,
                                       Milliseconds longest);

}  // namespace tender::http
