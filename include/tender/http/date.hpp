// Dates as HTTP headers write them. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"

namespace tender::http {

/// The preferred form of RFC 9110, 5.6.7 (`Sun, 06 Nov 1994 08:49:37 GMT`), which every server of
/// today sends; nothing for anything else.
[[nodiscard]] std::optional<TimePoint> parse_http_date(std::string_view text);

/// That form of `time`, whose milliseconds are dropped.
[[nodiscard]] std::string http_date(TimePoint time);

}  // namespace tender::http
