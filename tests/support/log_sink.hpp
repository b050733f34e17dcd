// A sink that writes log lines to a stream, as LOG_FORMAT=text has them, for tests that read them.
#pragma once

#include <memory>
#include <ostream>

#include <spdlog/sinks/ostream_sink.h>

#include "tender/base/log.hpp"

namespace tender::test {

/// shared_ptr because that is how spdlog keeps sinks. `out` must outlive it.
inline std::shared_ptr<spdlog::sinks::ostream_sink_st> log_sink(std::ostream& out) {
  auto sink = std::make_shared<spdlog::sinks::ostream_sink_st>(out);
  sink->set_formatter(make_log_formatter(LogFormat::text));
  return sink;
}

}  // namespace tender::test
