// The logger of the process: made once by the command line, handed down by reference. It writes one
// line per event to stderr: a constant message of the table (base/log_messages.hpp) and its fields,
// as text in the manner of logfmt or as JSON, with levels spelled as in LOG_LEVEL. Text from others
// is escaped: an answer from zooid cannot forge a log line or control a terminal.
//
//   write_log(logger, logs::kInStep, "relay", relay.id.text, "revision", revision);
#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <spdlog/logger.h>

namespace tender {

enum class LogFormat : std::uint8_t { text, json };

using Logger = spdlog::logger;

/// What a line says. The message never changes, so that people can search for it and programs can
/// match it; what differs from line to line is in its fields.
struct LogMessage {
  spdlog::level::level_enum level;
  std::string_view text;
  std::string_view fields;   // names of the fields that it can have, in order, separated by spaces
  std::string_view meaning;  // for docs/logs.md: what happened, and what to do about it
};

/// A named value of a line: text, a number or a duration. A duration is named without its unit:
/// `next` is `next_ms` in JSON, and `next=30s` in text.
class LogField {
 public:
  LogField(std::string_view name, std::string_view text) : name_(name), value_(std::string(text)) {}
  LogField(std::string_view name, const std::string& text) : name_(name), value_(text) {}
  LogField(std::string_view name, const char* text) : name_(name), value_(std::string(text)) {}
  template <std::integral Number>
  LogField(std::string_view name, Number number)
      : name_(name), value_(static_cast<std::int64_t>(number)) {}
  LogField(std::string_view name, std::chrono::milliseconds duration)
      : name_(name), value_(duration) {}

  using Value = std::variant<std::string, std::int64_t, std::chrono::milliseconds>;
  [[nodiscard]] std::string_view name() const { return name_; }
  [[nodiscard]] const Value& value() const { return value_; }

 private:
  std::string_view name_;
  Value value_;
};

/// For lines whose fields are not always the same; not in a coroutine, see write_log(). Writes a
/// line, if the logger takes lines of this level, which is usually the message's own. A
/// field with an empty text is left out. Each name must be one of the message's, and live as long
/// as the call.
void write_log_fields(Logger& logger, spdlog::level::level_enum level, const LogMessage& message,
                      const std::vector<LogField>& fields);

namespace log_detail {

inline void collect(std::vector<LogField>& /*fields*/) {}

template <typename Value, typename... Rest>
void collect(std::vector<LogField>& fields, std::string_view name, const Value& value,
             const Rest&... rest) {
  fields.emplace_back(name, value);
  collect(fields, rest...);
}

}  // namespace log_detail

/// The same with names and values in turn, because g++ 12 frees a braced list twice in a coroutine;
/// at a level that is not the message's, for what is said once and then only for those who debug.
template <typename... NamesAndValues>
void write_log(Logger& logger, spdlog::level::level_enum level, const LogMessage& message,
               const NamesAndValues&... names_and_values) {
  std::vector<LogField> fields;
  log_detail::collect(fields, names_and_values...);
  write_log_fields(logger, level, message, fields);
}

/// The same at the message's own level.
template <typename... NamesAndValues>
void write_log(Logger& logger, const LogMessage& message,
               const NamesAndValues&... names_and_values) {
  write_log(logger, message.level, message, names_and_values...);
}

/// A logger to stderr, which leaves out repeats (base/log_limit.hpp). shared_ptr because spdlog's
/// sinks and loggers are shared by its own interface.
[[nodiscard]] std::shared_ptr<Logger> make_logger(spdlog::level::level_enum level,
                                                  LogFormat format);

/// A logger that drops everything, for tests and for commands that only print data.
[[nodiscard]] std::shared_ptr<Logger> make_null_logger();

/// What makes lines of what write_log() hands on, for a sink of one's own.
[[nodiscard]] std::unique_ptr<spdlog::formatter> make_log_formatter(LogFormat format);

/// A text that somebody else wrote, made safe to print: `text`, cut to at most `limit` bytes, with
/// control characters (C0, DEL, C1), line and paragraph separators and marks of text direction
/// escaped as \uXXXX (or \n and the like) and invalid UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 300);

}  // namespace tender
