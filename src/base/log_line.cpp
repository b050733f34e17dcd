// Text: `2026-01-01T00:00:00.000Z info  message name=value name="a value"`. JSON: the same as one
// object per line, `time`, `level` and `message` first.
#include <chrono>
#include <cstdint>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/formatter.h>

#include "tender/base/json.hpp"

#include "log_payload.hpp"

namespace tender {
namespace {

std::string time_text(spdlog::log_clock::time_point time) {
  const auto milliseconds = std::chrono::time_point_cast<std::chrono::milliseconds>(time);
  const auto rest = milliseconds.time_since_epoch() % std::chrono::seconds(1);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(milliseconds), rest.count());
}

// As LOG_LEVEL spells it; the library says "warning".
std::string_view level_name(spdlog::level::level_enum level) {
  if (level == spdlog::level::warn) {
    return "warn";
  }
  const auto name = spdlog::level::to_string_view(level);
  return {name.data(), name.size()};
}

// As people say it: `150ms`, `1.5s`, `30s`, `2m30s`, `3h20m`; of two units the smaller one is
// rounded up.
std::string duration_text(std::int64_t milliseconds) {
  if (milliseconds < 1000) {
    return fmt::format("{}ms", milliseconds);
  }
  if (const std::int64_t tenths = (milliseconds + 99) / 100; tenths < 100 && tenths % 10 != 0) {
    return fmt::format("{}.{}s", tenths / 10, tenths % 10);
  }
  const std::int64_t seconds = (milliseconds + 999) / 1000;
  if (seconds < 120) {
    return fmt::format("{}s", seconds);
  }
  const std::int64_t minutes = (seconds + 59) / 60;
  if (seconds < 3600) {
    return seconds % 60 == 0 ? fmt::format("{}m", seconds / 60)
                             : fmt::format("{}m{}s", seconds / 60, seconds % 60);
  }
  return minutes % 60 == 0 ? fmt::format("{}h", minutes / 60)
                           : fmt::format("{}h{}m", minutes / 60, minutes % 60);
}

// In quotes where a reader of logfmt could not tell where it ends.
std::string value_text(const std::string& text) {
  if (text.find_first_of(" =\"\\") == std::string::npos) {
    return printable(text, text.size());
  }
  const nlohmann::json value = text;
  return without_steering(json_line(value));
}

std::string field_text(std::string_view name, const nlohmann::ordered_json& value) {
  if (value.is_string()) {
    return fmt::format("{}={}", name, value_text(value.get<std::string>()));
  }
  constexpr std::string_view unit = "_ms";
  if (name.ends_with(unit)) {
    name.remove_suffix(unit.size());
    return fmt::format("{}={}", name, duration_text(value.get<std::int64_t>()));
  }
  return fmt::format("{}={}", name, value.get<std::int64_t>());
}

class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const LogContent content = read_log_payload({message.payload.data(), message.payload.size()});
    const std::string line =
        format_ == LogFormat::json ? json_text(message, content) : plain_text(message, content);
    fmt::format_to(std::back_inserter(out), "{}\n", line);
  }

  [[nodiscard]] std::unique_ptr<formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  static std::string json_text(const spdlog::details::log_msg& message, const LogContent& content) {
    nlohmann::ordered_json line = {{"time", time_text(message.time)},
                                   {"level", level_name(message.level)},
                                   {"message", content.message}};
    line.update(content.fields);
    return without_steering(ordered_json_line(line));
  }

  static std::string plain_text(const spdlog::details::log_msg& message,
                                const LogContent& content) {
    std::string line =
        fmt::format("{} {:<5} {}", time_text(message.time), level_name(message.level),
                    printable(content.message, content.message.size() * 4));
    for (const auto& [name, value] : content.fields.items()) {
      line += ' ' + field_text(name, value);
    }
    return line;
  }

  LogFormat format_;
};

}  // namespace

std::unique_ptr<spdlog::formatter> make_log_formatter(LogFormat format) {
  return std::make_unique<LineFormatter>(format);
}

}  // namespace tender
