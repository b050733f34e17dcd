// Times that repeat, as crontab(5) writes them: minute, hour, day of the month, month, day of the
// week. Always in UTC, so that no hour of a summer time is missing or comes twice. A plain value.
//
//   const CronExpression nightly("30 3 * * mon-fri");
//   const auto next = nightly.next_after(clock.now());
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/base/error.hpp"

namespace tender {

/// The text is not a cron expression, or no day is ever as it says; what() names the field.
class InvalidCron : public Error {
 public:
  using Error::Error;
};

class CronExpression {
 public:
  /// Five fields with blanks between them, or one of @yearly, @annually, @monthly, @weekly, @daily,
  /// @midnight and @hourly. A field is a list of `*`, values and ranges; `*` and ranges may have a
  /// step. Months and days of the week may be written as the first three letters of their English
  /// names. Sunday is 0 or 7. Throws InvalidCron.
  explicit CronExpression(std::string_view text);

  /// The first time after `time` at which it is due, a whole minute; nothing beyond the year 9999.
  /// When both days are restricted (neither field begins with `*`), either may match, otherwise
  /// both must: crontab(5).
  [[nodiscard]] std::optional<TimePoint> next_after(TimePoint time) const;

  /// As it was given, with one blank between two fields.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  [[nodiscard]] bool matches(std::chrono::sys_days day) const;

  std::string text_;
  // A bit for each value.
  std::uint64_t minutes_ = 0;
  std::uint64_t hours_ = 0;
  std::uint64_t days_ = 0;
  std::uint64_t months_ = 0;
  std::uint64_t weekdays_ = 0;  // Sunday is bit 0
  bool either_day_ = false;
};

}  // namespace tender
