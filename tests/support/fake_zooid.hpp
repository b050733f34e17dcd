// zooid's management API in memory, behind http::Transport: for tests of the worker on virtual
// time. It keeps what the real one keeps, answers with its words, and does as the test's script
// says instead.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

#include "support/zooid_model.hpp"

namespace tender::test {

class FakeZooid final : public http::Transport, public ZooidModel {
 public:
  /// The clock of its latencies; requests under way are forgotten. Call it before the first
  /// exchange.
  void use(Clock& clock) {
    clock_ = &clock;
    under_way_.clear();
  }

  struct Seen {
    http::Method method;
    std::string relay;
    nlohmann::json body;
    TimePoint at;
  };

  /// What becomes of one request.
  struct Action {
    bool apply = true;                     // do what the request asks, and answer so
    std::optional<http::Exchange> answer;  // answer this instead
    Milliseconds latency{};                // wait before it is applied
    Milliseconds answer_latency{};         // and before it is answered
  };

  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override;

  /// Asked for each request, probes too; empty: everything is applied at once.
  std::function<Action(const Seen&)> script;

  std::vector<Seen> requests;    // to the API, without probes
  std::vector<Seen> probes;      // for a relay that it does not know, which asks for nothing
  std::vector<TimePoint> looks;  // for NIP-11 documents
  Milliseconds look_latency{};
  std::optional<http::Exchange> look_answer;  // instead of what is served
  int most_at_once_for_one_relay = 0;
  int most_at_once = 0;

  [[nodiscard]] int count(http::Method method) const;

 private:
  Clock* clock_ = nullptr;
  std::multiset<std::string> under_way_;
};

[[nodiscard]] http::Exchange answer(int status, const std::string& body);
/// Answers so, and applies nothing.
[[nodiscard]] FakeZooid::Action answer_with(int status, const std::string& body);
[[nodiscard]] http::Exchange failure(http::Fault fault, bool written);

}  // namespace tender::test
