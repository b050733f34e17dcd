#include "tender/base/log.hpp"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <nlohmann/json.hpp>

namespace tender {
namespace {

std::string time_text(spdlog::log_clock::time_point time) {
  const auto milliseconds = std::chrono::time_point_cast<std::chrono::milliseconds>(time);
  const auto rest = milliseconds.time_since_epoch() % std::chrono::seconds(1);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(milliseconds), rest.count());
}

// Text: `2026-01-01T00:00:00.000Z info  message`. JSON: the same three as one object a line.
class LineFormatter final : public spdlog::formatter {
 public:
  explicit LineFormatter(LogFormat format) : format_(format) {}

  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    const auto level = spdlog::level::to_string_view(message.level);
    const std::string_view level_text(level.data(), level.size());
    if (format_ == LogFormat::json) {
      const nlohmann::ordered_json line = {
          {"time", time_text(message.time)}, {"level", level_text}, {"message", text}};
      fmt::format_to(std::back_inserter(out), "{}\n",
                     line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
    } else {
      fmt::format_to(std::back_inserter(out), "{} {:<8} {}\n", time_text(message.time), level_text,
                     printable(text, text.size() * 4));
    }
  }

  [[nodiscard]] std::unique_ptr<formatter> clone() const override {
    return std::make_unique<LineFormatter>(format_);
  }

 private:
  LogFormat format_;
};

}  // namespace

std::shared_ptr<Logger> make_logger(spdlog::level::level_enum level, LogFormat format) {
  auto logger =
      std::make_shared<Logger>("tender", std::make_shared<spdlog::sinks::stderr_sink_st>());
  logger->set_level(level);
  logger->set_formatter(std::make_unique<LineFormatter>(format));
  logger->flush_on(spdlog::level::trace);
  return logger;
}

std::shared_ptr<Logger> make_null_logger() {
  return std::make_shared<Logger>("null", std::make_shared<spdlog::sinks::null_sink_st>());
}

std::string printable(std::string_view text, std::size_t limit) {
  // JSON's string form escapes exactly what could break a line or a terminal; the library knows
  // UTF-8.
  const bool cut = text.size() > limit;
  const nlohmann::json value = text.substr(0, limit);
  std::string quoted = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string bare;
  for (std::size_t i = 1; i + 1 < quoted.size(); ++i) {
    if (quoted[i] == '\\' && (quoted[i + 1] == '"' || quoted[i + 1] == '\\')) {
      ++i;  // quotes and backslashes need no escape outside of JSON
    }
    bare += quoted[i];
  }
  return cut ? bare + "…" : bare;
}

}  // namespace tender
