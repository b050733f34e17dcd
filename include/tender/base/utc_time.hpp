// Points in time as people read and write them: RFC 3339 in UTC, to the second. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"

namespace tender {

/// 2026-01-31T23:59:59Z
[[nodiscard]] std::string format_time(TimePoint time);

/// The time that `text` says in that form, from 1970 on, with or without the seconds. Nothing: a
/// day or an hour that does not exist, another time zone, or anything else.
[[nodiscard]] std::optional<TimePoint> parse_time(std::string_view text);

}  // namespace tender
