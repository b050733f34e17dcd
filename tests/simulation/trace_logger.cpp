#include "simulation/trace_logger.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

namespace tender::simulation {
namespace {

class TraceSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit TraceSink(Trace& trace)
      : base_sink(make_log_formatter(LogFormat::text)), trace_(trace) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::string_view text(line.data(), line.size());
    text.remove_prefix(text.find(' ') + 1);  // the time, which is not the virtual one
    text.remove_suffix(1);
    if (text.find(" source=lagged") != std::string_view::npos) {
      trace_.fault(FaultKind::broadcast_lag, "the worker was too slow for the channel");
    }
    trace_.line("tender: {}", text);
  }
  void flush_() override {}

 private:
  Trace& trace_;
};

}  // namespace

std::shared_ptr<Logger> make_trace_logger(Trace& trace) {
  return std::make_shared<Logger>("", std::make_shared<TraceSink>(trace));
}

}  // namespace tender::simulation
