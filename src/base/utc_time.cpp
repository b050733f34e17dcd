#include "tender/base/utc_time.hpp"

#include <algorithm>
#include <ctime>

#include <fmt/chrono.h>

#include "tender/base/number.hpp"

namespace tender {
namespace {

// Whether `text` has digits where `pattern` has a 0, and otherwise the same characters.
bool has_form(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(
      text, pattern, [](char c, char p) { return p == '0' ? c >= '0' && c <= '9' : c == p; });
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  return static_cast<int>(parse_integer(text.substr(at, digits)).value_or(-1));
}

}  // namespace

std::string format_time(TimePoint time) {
  // Not as a time_point: fmt would count it in nanoseconds, which end in 2262.
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(static_cast<std::time_t>(seconds)));
}

std::string format_precise_time(TimePoint time) {
  constexpr std::chrono::sys_days after{std::chrono::year(10'000) / 1 / 1};
  const TimePoint said = std::clamp(time, TimePoint(), TimePoint(after) - Milliseconds(1));
  std::string text = format_time(said);
  text.pop_back();
  return fmt::format("{}.{:03}Z", text,
                     (said.time_since_epoch() % std::chrono::seconds(1)).count());
}

std::optional<TimePoint> parse_time(std::string_view text) {
  const bool with_seconds = has_form(text, "0000-00-00T00:00:00Z");
  if (!with_seconds && !has_form(text, "0000-00-00T00:00Z")) {
    return std::nullopt;
  }
  const std::chrono::year_month_day day{
      std::chrono::year(number_at(text, 0, 4)),
      std::chrono::month(static_cast<unsigned>(number_at(text, 5, 2))),
      std::chrono::day(static_cast<unsigned>(number_at(text, 8, 2)))};
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = with_seconds ? number_at(text, 17, 2) : 0;
  if (!day.ok() || day.year() < std::chrono::year(1970) || hour > 23 || minute > 59 ||
      second > 59) {
    return std::nullopt;
  }
  return TimePoint(std::chrono::sys_days(day)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

}  // namespace tender
