// Durations as people write them in variables and on the command line: a whole number and one unit,
// such as `200ms`, `5s`, `15m`, `1h` or `90d`. Pure functions.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tender::config {

/// The longest duration that is accepted: so short that adding it to a point in time cannot
/// overflow.
inline constexpr std::chrono::days kLongestDuration{36500};

/// The duration that `text` says, zero included, or nothing: no digits, a sign, a fraction, a
/// space, no unit or an unknown one, or longer than kLongestDuration. A day is 24 hours.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// The same for one or more of them, each of a smaller unit than the one before it: 2h30m.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_long_duration(std::string_view text);

/// `duration` in the largest unit that divides it, so that parse_duration gives it back. Negative
/// durations have no such form: they are a bug of the caller's.
[[nodiscard]] std::string format_duration(std::chrono::milliseconds duration);

}  // namespace tender::config
