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

constexpr std::size_t kOffset = 6;       // characters of +00:00
constexpr std::size_t kDateLength = 10;  // of 2026-01-31

// How far local time is ahead of UTC, by the end of `text`, which is taken off.
std::optional<std::chrono::minutes> take_zone(std::string_view& text) {
  if (text.ends_with('Z') || text.ends_with('z')) {
    text.remove_suffix(1);
    return std::chrono::minutes(0);
  }
  const std::string_view zone = text.substr(text.size() - std::min(text.size(), kOffset));
  if (!has_form(zone, "+00:00") && !has_form(zone, "-00:00")) {
    return std::nullopt;
  }
  const int hours = number_at(zone, 1, 2);
  const int minutes = number_at(zone, 4, 2);
  if (hours > 23 || minutes > 59) {
    return std::nullopt;
  }
  text.remove_suffix(kOffset);
  const auto ahead = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return zone.starts_with('-') ? -ahead : ahead;
}

// The part of a second after a point, at the end of `text`, which is taken off.
std::optional<Milliseconds> take_fraction(std::string_view& text) {
  const std::size_t point = text.find('.');
  if (point == std::string_view::npos) {
    return Milliseconds(0);
  }
  std::string digits(text.substr(point + 1));
  if (digits.empty() || !has_form(digits, std::string(digits.size(), '0'))) {
    return std::nullopt;
  }
  digits.resize(3, '0');
  text = text.substr(0, point);
  return Milliseconds(number_at(digits, 0, 3));
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

std::optional<TimePoint> parse_zoned_time(std::string_view text) {
  const auto ahead = take_zone(text);
  const bool has_seconds = std::ranges::count(text, ':') == 2;
  const auto fraction = take_fraction(text);
  if (!ahead || !fraction || (*fraction != Milliseconds(0) && !has_seconds)) {
    return std::nullopt;
  }
  std::string local(text);
  if (local.size() > kDateLength && local[kDateLength] == 't') {
    local[kDateLength] = 'T';
  }
  const auto time = parse_time(local + 'Z');
  if (!time || *time + *fraction - *ahead < TimePoint()) {
    return std::nullopt;
  }
  return *time + *fraction - *ahead;
}

}  // namespace tender
