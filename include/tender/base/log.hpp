// The logger of the process: made once by the command line, handed down by reference. It writes to
// stderr, one line per event, as text or as JSON, with levels spelled as in LOG_LEVEL. Text from
// others is escaped: an answer from zooid cannot forge a log line or control a terminal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <spdlog/logger.h>

namespace tender {

enum class LogFormat : std::uint8_t { text, json };

using Logger = spdlog::logger;

/// A logger to stderr. shared_ptr because spdlog's sinks and loggers are shared by its own
/// interface.
[[nodiscard]] std::shared_ptr<Logger> make_logger(spdlog::level::level_enum level,
                                                  LogFormat format);

/// A logger that drops everything, for tests and for commands that only print data.
[[nodiscard]] std::shared_ptr<Logger> make_null_logger();

/// A text that somebody else wrote, made safe to print: `text`, cut to at most `limit` bytes, with
/// control characters (C0, DEL, C1), line and paragraph separators and marks of text direction
/// escaped as \uXXXX (or \n and the like) and invalid UTF-8 replaced by U+FFFD.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 300);

}  // namespace tender
