// A Transport that writes a log line for each exchange, at level debug: method, target, the
// answer's status or the fault, and how long it took. Never a header or a body, which may hold
// secrets. It also counts the exchanges. Runs on the one thread.
#pragma once

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/http/transport.hpp"

namespace tender::http {

class LoggedTransport final : public Transport {
 public:
  /// Borrows the first three. `requests` has the labels method and result.
  LoggedTransport(Transport& next, const Clock& clock, Logger& logger, Counter requests = {})
      : next_(next), clock_(clock), logger_(logger), requests_(std::move(requests)) {}

  /// As `next` has it.
  boost::asio::awaitable<Exchange> exchange(Request request) override;

 private:
  void count(Method method, const Exchange& exchange) const;

  Transport& next_;
  const Clock& clock_;
  Logger& logger_;
  Counter requests_;
};

}  // namespace tender::http
