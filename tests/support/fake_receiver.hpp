// Receivers of webhooks in memory, behind http::Transport: for tests of the worker on virtual time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

namespace tender::test {

class FakeReceiver final : public http::Transport {
 public:
  /// The clock of its latencies. Call it before the first exchange.
  void use(Clock& clock) { clock_ = &clock; }

  struct Seen {
    http::Method method;
    std::string url;
    std::string id;         // webhook-id
    std::string signature;  // webhook-signature
    std::string timestamp;  // webhook-timestamp
    std::string body;
    TimePoint at;
  };

  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override;

  /// Asked for each request; empty: 200.
  std::function<http::Exchange(const Seen&)> script;
  Milliseconds latency{};

  std::vector<Seen> probes;      // GET
  std::vector<Seen> deliveries;  // POST
  int most_at_once = 0;

 private:
  Clock* clock_ = nullptr;
  int under_way_ = 0;
};

}  // namespace tender::test
