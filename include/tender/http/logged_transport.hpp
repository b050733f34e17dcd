// A Transport that writes a log line for each exchange, at level debug: method, target, the
// answer's status or the fault, and how long it took. Never a header or a body, which may hold
// secrets. Runs on the one thread.
#pragma once

#include "tender/base/log.hpp"
#include "tender/http/transport.hpp"

namespace tender::http {

class LoggedTransport final : public Transport {
 public:
  /// Borrows all three.
  LoggedTransport(Transport& next, const Clock& clock, Logger& logger)
      : next_(next), clock_(clock), logger_(logger) {}

  /// As `next` has it.
  boost::asio::awaitable<Exchange> exchange(Request request) override;

 private:
  Transport& next_;
  const Clock& clock_;
  Logger& logger_;
};

}  // namespace tender::http
