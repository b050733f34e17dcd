// What every test of the service needs: a peer with several addresses whose answers the test
// writes, callers whose ends it sees, and a clock that it moves.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>

#include "tender/fetch/service.hpp"

#include "support/virtual_clock.hpp"

namespace tender::fetch {

/// A network on virtual time: each host answers as its script says, or not before the timeout.
class FakeTransport final : public http::Transport {
 public:
  struct Answer {
    http::Exchange exchange;
    Milliseconds latency{};
  };
  using Script = std::function<Answer(const http::Request&)>;

  explicit FakeTransport(Clock& clock) : clock_(clock) {}
  boost::asio::awaitable<http::Exchange> exchange(http::Request request) override;

  std::map<std::string, Script> hosts;
  std::vector<http::Request> requests;
  int under_way = 0;
  int most_under_way = 0;
  int cut_short = 0;  // by cancellation

 private:
  Clock& clock_;
};

[[nodiscard]] FakeTransport::Answer answer(int status, std::string body,
                                           Milliseconds latency = Milliseconds::zero());
[[nodiscard]] FakeTransport::Answer failure(http::Fault fault,
                                            Milliseconds latency = Milliseconds::zero());
[[nodiscard]] FakeTransport::Script always(FakeTransport::Answer answer);
/// Never answers.
[[nodiscard]] FakeTransport::Script hangs();

/// An answer to Op::members with that many keys, all valid, in order.
[[nodiscard]] std::string member_list(std::size_t keys);

class FakePeer final : public Peer {
 public:
  http::Request make_request(Op op, const std::string& relay, const http::Url& address) override;
  /// 404 is.
  [[nodiscard]] bool is_final(Op op, const http::Response& answer) const override;
};

/// One call of fetch(), and what came of it.
struct Call {
  std::optional<Result> result;
  bool cancelled = false;
  boost::asio::cancellation_signal cancel;

  [[nodiscard]] bool over() const { return result || cancelled; }
};
using Caller = std::shared_ptr<Call>;

class FetchTest : public testing::Test {
 protected:
  ~FetchTest() override;

  /// The service under test, made and started when first asked for.
  Service& service();
  Caller call(Opts opts);
  Caller call_members(const std::string& relay);
  /// Runs what is ready.
  void settle() { clock.run_ready(); }
  /// Ends that caller's coroutine, as a caller that goes away does.
  void cancel(const Caller& caller);

  /// What a call brought; a failed test when it is not over or is the other one.
  static Outcome outcome(const Caller& caller);
  static Error error(const Caller& caller);
  /// The hosts that were asked, in order.
  [[nodiscard]] std::vector<std::string> asked() const;
  /// What they were asked for.
  [[nodiscard]] std::vector<std::string> targets() const;

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  FakeTransport transport{clock};
  FakePeer peer;
  std::vector<std::string> addresses{"http://a", "http://b", "http://c"};
  ServiceOptions options;

 private:
  std::unique_ptr<Service> service_;
  bool ended_ = false;
};

}  // namespace tender::fetch
