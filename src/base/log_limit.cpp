#include "log_limit.hpp"

#include "log_payload.hpp"

namespace tender {

void LimitedSink::log(const spdlog::details::log_msg& message) {
  end_windows(message);
  if (message.level <= spdlog::level::debug) {
    next_->log(message);
    return;
  }
  const std::string_view text =
      message_of_log_payload({message.payload.data(), message.payload.size()});
  auto found = windows_.find(text);
  if (found == windows_.end()) {
    found = windows_.emplace(text, Window{.began = message.time, .level = message.level}).first;
  }
  if (found->second.lines == kLogLinesMax) {
    ++found->second.left_out;
    return;
  }
  ++found->second.lines;
  next_->log(message);
}

// A window that began later than now does not end by itself: the clock was set back.
void LimitedSink::end_windows(const spdlog::details::log_msg& message) {
  for (auto window = windows_.begin(); window != windows_.end();) {
    const auto& [text, told] = *window;
    if (message.time - told.began < kLogWindow && told.began <= message.time) {
      ++window;
      continue;
    }
    if (told.left_out > 0) {
      const LogMessage rest{.level = told.level, .text = text, .fields = "left_out", .meaning = {}};
      const std::string payload = log_payload(rest, {{"left_out", told.left_out}});
      next_->log({message.time, {}, message.logger_name, told.level, payload});
    }
    window = windows_.erase(window);
  }
}

}  // namespace tender
