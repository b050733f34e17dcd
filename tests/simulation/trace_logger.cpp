#include "simulation/trace_logger.hpp"

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

namespace tender::simulation {
namespace {

class TraceSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  explicit TraceSink(Trace& trace) : trace_(trace) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    const std::string_view text(message.payload.data(), message.payload.size());
    if (text.starts_with("reconcile (lagged)")) {
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
