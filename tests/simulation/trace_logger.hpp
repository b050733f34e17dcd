// The product's log lines become lines of the trace.
#pragma once

#include <memory>

#include "tender/base/log.hpp"

#include "simulation/trace.hpp"

namespace tender::simulation {

/// Borrows `trace`. shared_ptr by spdlog's own interface.
[[nodiscard]] std::shared_ptr<Logger> make_trace_logger(Trace& trace);

}  // namespace tender::simulation
