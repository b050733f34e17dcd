// Points in time as people and programs read and write them: RFC 3339 in UTC. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"

namespace tender {

/// 2026-01-31T23:59:59Z
[[nodiscard]] std::string format_time(TimePoint time);

/// 2026-01-31T23:59:59.123Z. A time that this form cannot say (before 1970, after 9999) becomes the
/// nearest that it can: it may come from another program.
[[nodiscard]] std::string format_precise_time(TimePoint time);

/// The time that `text` says in the form of format_time(), from 1970 on, with or without the
/// seconds. Nothing: a day or an hour that does not exist, another time zone, or anything else.
[[nodiscard]] std::optional<TimePoint> parse_time(std::string_view text);

/// The same for all of RFC 3339, with `Z` or an offset such as +02:00, to the millisecond: what is
/// finer is cut off. The seconds may be missing here, too; a leap second is none.
[[nodiscard]] std::optional<TimePoint> parse_zoned_time(std::string_view text);

}  // namespace tender
