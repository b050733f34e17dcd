#include "tender/base/log.hpp"

#include <cstdint>

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

#include "log_limit.hpp"
#include "log_payload.hpp"

namespace tender {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t bytes;
};

// The one that starts at `at` of valid UTF-8 (RFC 3629, 3).
CodePoint code_point_at(std::string_view utf8, std::size_t at) {
  const auto first = static_cast<unsigned char>(utf8[at]);
  if (first < 0x80) {
    return {first, 1};
  }
  const std::size_t bytes = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  std::uint32_t value = first & (0x7fU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    value = value << 6 | (static_cast<unsigned char>(utf8[at + i]) & 0x3fU);
  }
  return {value, bytes};
}

// What a terminal or an editor acts on instead of showing it, and JSON does not escape: DEL and the
// C1 controls, line and paragraph separators, and the marks that turn the direction of text.
bool steers(std::uint32_t point) {
  return (point >= 0x7f && point <= 0x9f) || (point >= 0x200e && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
}

}  // namespace

std::string without_steering(std::string_view utf8) {
  std::string safe;
  for (std::size_t i = 0; i < utf8.size();) {
    const CodePoint point = code_point_at(utf8, i);
    if (steers(point.value)) {
      safe += fmt::format("\\u{:04x}", point.value);
    } else {
      safe.append(utf8, i, point.bytes);
    }
    i += point.bytes;
  }
  return safe;
}

std::shared_ptr<Logger> make_logger(spdlog::level::level_enum level, LogFormat format) {
  auto logger = std::make_shared<Logger>(
      "tender", std::make_shared<LimitedSink>(std::make_shared<spdlog::sinks::stderr_sink_st>()));
  logger->set_level(level);
  logger->set_formatter(make_log_formatter(format));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

std::shared_ptr<Logger> make_null_logger() {
  return std::make_shared<Logger>("null", std::make_shared<spdlog::sinks::null_sink_st>());
}

void write_log_fields(Logger& logger, spdlog::level::level_enum level, const LogMessage& message,
                      const std::vector<LogField>& fields) {
  if (logger.should_log(level)) {
    logger.log(level, spdlog::string_view_t(log_payload(message, fields)));
  }
}

std::string printable(std::string_view text, std::size_t limit) {
  // JSON's string form escapes the C0 controls and replaces invalid UTF-8; what else could steer a
  // terminal or hide in a line is escaped in the same way.
  const bool cut = text.size() > limit;
  const nlohmann::json value = text.substr(0, limit);
  const std::string quoted = json_line(value);
  std::string bare;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\' && (quoted[i + 1] == '"' || quoted[i + 1] == '\\')) {
      ++i;  // quotes and backslashes need no escape outside of JSON
    }
    bare += quoted[i];
  }
  const std::string safe = without_steering(bare);
  return cut ? safe + "…" : safe;
}

}  // namespace tender
