// A sink before a sink: of one message, at most kLogLinesMax lines in kLogWindow get through, so
// that a fleet that fails does not bury what else is said, or fill a disk. The first line after the
// window, whatever it says, is preceded by one for each message of which lines were left out, with
// the field `left_out`: how many. Debug lines are not counted: who asks for them wants all of them.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include <spdlog/sinks/sink.h>

namespace tender {

inline constexpr int kLogLinesMax = 100;
inline constexpr std::chrono::seconds kLogWindow{10};

class LimitedSink final : public spdlog::sinks::sink {
 public:
  /// shared_ptr because that is how spdlog keeps sinks.
  explicit LimitedSink(std::shared_ptr<spdlog::sinks::sink> next) : next_(std::move(next)) {}

  void log(const spdlog::details::log_msg& message) override;
  void flush() override { next_->flush(); }
  void set_pattern(const std::string& pattern) override { next_->set_pattern(pattern); }
  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    next_->set_formatter(std::move(formatter));
  }

 private:
  struct Window {
    spdlog::log_clock::time_point began;
    int lines = 0;
    int left_out = 0;
    spdlog::level::level_enum level{};
  };
  void end_windows(const spdlog::details::log_msg& message);

  std::shared_ptr<spdlog::sinks::sink> next_;
  std::map<std::string, Window, std::less<>> windows_;  // by message; only those that still run
};

}  // namespace tender
