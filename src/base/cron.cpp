#include "tender/base/cron.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "tender/base/ascii.hpp"
#include "tender/base/log.hpp"
#include "tender/base/number.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;

constexpr std::array<std::string_view, 12> kMonthNames{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kDayNames{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};
constexpr std::array<std::pair<std::string_view, std::string_view>, 7> kWords{
    {{"@yearly", "0 0 1 1 *"},
     {"@annually", "0 0 1 1 *"},
     {"@monthly", "0 0 1 * *"},
     {"@weekly", "0 0 * * 0"},
     {"@daily", "0 0 * * *"},
     {"@midnight", "0 0 * * *"},
     {"@hourly", "0 * * * *"}}};

// A 29 February on a given day of the week comes after 40 years at the latest.
constexpr std::chrono::days kLongestGap{50 * 366};

constexpr std::string_view kRemedy =
    "write minute, hour, day of the month, month and day of the week, such as \"30 3 * * mon-fri\","
    " or @daily; times are UTC";

struct Field {
  std::string_view name;
  int smallest;
  int largest;
  std::span<const std::string_view> names;  // of the values from `smallest` on
};

constexpr std::array<Field, 5> kFields{{{"minute", 0, 59, {}},
                                        {"hour", 0, 23, {}},
                                        {"day of the month", 1, 31, {}},
                                        {"month", 1, 12, kMonthNames},
                                        {"day of the week", 0, 7, kDayNames}}};

[[noreturn]] void refuse(const Field& field, std::string_view part, std::string_view problem) {
  throw InvalidCron(fmt::format("{} \"{}\" {}", field.name, printable(part, 40), problem),
                    std::string(kRemedy));
}

bool is_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), ascii_lower);
  return out;
}

// What stands between `separator`s, which may be empty.
std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator, begin)) {
    parts.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  parts.push_back(text.substr(begin));
  return parts;
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view blanks = " \t";
  std::vector<std::string_view> words;
  for (std::size_t begin = text.find_first_not_of(blanks); begin != std::string_view::npos;
       begin = text.find_first_not_of(blanks, begin)) {
    const std::size_t end = std::min(text.find_first_of(blanks, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    begin = end;
  }
  return words;
}

int value_of(const Field& field, std::string_view text) {
  const auto named = std::ranges::find(field.names, lower(text));
  if (named != field.names.end()) {
    return field.smallest + static_cast<int>(named - field.names.begin());
  }
  const auto number = is_digits(text) ? parse_integer(text) : std::nullopt;
  if (!number) {
    refuse(field, text, field.names.empty() ? "is not a number" : "is not a number or a name");
  }
  if (*number < field.smallest || *number > field.largest) {
    refuse(field, text, fmt::format("is not from {} to {}", field.smallest, field.largest));
  }
  return static_cast<int>(*number);
}

struct Range {
  int first;
  int last;
};

Range range_of(const Field& field, std::string_view text) {
  if (text == "*") {
    return {field.smallest, field.largest};
  }
  const auto ends = split(text, '-');
  if (ends.size() > 2) {
    refuse(field, text, "is not a range");
  }
  Range range{value_of(field, ends.front()), value_of(field, ends.back())};
  if (lower(ends.back()) == kDayNames.front() && range.first > range.last) {
    range.last = field.largest;  // fri-sun
  }
  if (range.first > range.last) {
    refuse(field, text, "ends before it begins");
  }
  return range;
}

// One element of a list.
std::uint64_t bits_of(const Field& field, std::string_view text) {
  const auto parts = split(text, '/');
  if (parts.size() > 2) {
    refuse(field, text, "has two steps");
  }
  const Range range = range_of(field, parts.front());
  std::int64_t step = 1;
  if (parts.size() == 2) {
    step = is_digits(parts[1]) ? parse_integer(parts[1]).value_or(0) : 0;
    if (step < 1 || step > field.largest + 1) {
      refuse(field, text, fmt::format("has a step that is not from 1 to {}", field.largest + 1));
    }
    if (parts[0] != "*" && parts[0].find('-') == std::string_view::npos) {
      refuse(field, text, "has a step without a range");
    }
  }
  std::uint64_t bits = 0;
  for (std::int64_t value = range.first; value <= range.last; value += step) {
    bits |= std::uint64_t{1} << value;
  }
  return bits;
}

std::uint64_t read_field(const Field& field, std::string_view text) {
  std::uint64_t bits = 0;
  for (const std::string_view part : split(text, ',')) {
    bits |= bits_of(field, part);
  }
  return bits;
}

std::string_view without_word(std::string_view text) {
  if (!text.starts_with('@')) {
    return text;
  }
  const auto* const word = std::ranges::find(
      kWords, lower(text), [](const auto& each) { return std::string(each.first); });
  if (word == kWords.end()) {
    throw InvalidCron(fmt::format("there is no \"{}\"", printable(text, 40)),
                      "give @yearly, @monthly, @weekly, @daily or @hourly, or five fields");
  }
  return word->second;
}

bool has(std::uint64_t bits, unsigned value) {
  return (bits >> value & 1U) != 0;
}

}  // namespace

CronExpression::CronExpression(std::string_view text) {
  const auto given = words_of(text);
  text_ = fmt::format("{}", fmt::join(given, " "));
  const auto fields = given.size() == 1 ? words_of(without_word(given.front())) : given;
  if (fields.size() != kFields.size()) {
    throw InvalidCron(fmt::format("\"{}\" has {} field{} instead of 5", printable(text_, 80),
                                  fields.size(), fields.size() == 1 ? "" : "s"),
                      std::string(kRemedy));
  }
  minutes_ = read_field(kFields[0], fields[0]);
  hours_ = read_field(kFields[1], fields[1]);
  days_ = read_field(kFields[2], fields[2]);
  months_ = read_field(kFields[3], fields[3]);
  weekdays_ = read_field(kFields[4], fields[4]);
  weekdays_ |= has(weekdays_, 7) ? 1U : 0U;
  either_day_ = !fields[2].starts_with('*') && !fields[4].starts_with('*');
  if (!next_after(TimePoint())) {
    throw InvalidCron(fmt::format("no day is ever as \"{}\" says", printable(text_, 80)),
                      "give a day that the month has");
  }
}

bool CronExpression::matches(std::chrono::sys_days day) const {
  const std::chrono::year_month_day date(day);
  if (!has(months_, static_cast<unsigned>(date.month()))) {
    return false;
  }
  const bool day_matches = has(days_, static_cast<unsigned>(date.day()));
  const bool weekday_matches = has(weekdays_, std::chrono::weekday(day).c_encoding());
  return either_day_ ? day_matches || weekday_matches : day_matches && weekday_matches;
}

std::optional<TimePoint> CronExpression::next_after(TimePoint time) const {
  constexpr std::chrono::sys_days end{std::chrono::year(10'000) / 1 / 1};
  if (time >= TimePoint(end)) {
    return std::nullopt;
  }
  const auto first = std::chrono::floor<std::chrono::minutes>(time) + 1min;
  auto day = std::chrono::floor<std::chrono::days>(first);
  std::chrono::minutes begin = first - day;
  const auto last = std::min(day + kLongestGap, end);
  for (; day < last; day += std::chrono::days(1), begin = 0min) {
    if (!matches(day)) {
      continue;
    }
    for (std::chrono::minutes at = begin; at < 24h; ++at) {
      if (has(hours_, static_cast<unsigned>(at / 1h)) &&
          has(minutes_, static_cast<unsigned>(at % 1h / 1min))) {
        return TimePoint(day) + at;
      }
    }
  }
  return std::nullopt;
}

}  // namespace tender
