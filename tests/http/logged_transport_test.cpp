#include "tender/http/logged_transport.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "support/log_sink.hpp"
#include "support/metric_value.hpp"
#include "support/virtual_clock.hpp"

namespace tender::http {
namespace {

// Answers one after the other, each after 42 ms.
class Scripted final : public Transport {
 public:
  explicit Scripted(Clock& clock) : clock_(clock) {}

  boost::asio::awaitable<Exchange> exchange(Request request) override {
    last_body = request.body;
    const auto timer = clock_.make_timer();
    const TimePoint answer_at = clock_.now() + Milliseconds(42);
    co_await timer->wait_until(answer_at);
    co_return next;
  }

  Exchange next;
  std::string last_body;

 private:
  Clock& clock_;
};

struct LoggedTransportTest : testing::Test {
  void ask() {
    boost::asio::co_spawn(io, patch(), boost::asio::detached);
    clock.run_ready();
    clock.advance(Milliseconds(42));
  }

  boost::asio::awaitable<void> patch() {
    Request request(Method::patch, Url::parse("http://zooid.test/relay/blue"));
    request.headers.push_back({"Authorization", "Nostr but-secret"});
    request.body = "but-secret";
    got = co_await logged.exchange(std::move(request));
  }

  std::ostringstream out;
  Logger logger{"test", test::log_sink(out)};
  boost::asio::io_context io;
  test::VirtualClock clock{io};
  Scripted scripted{clock};
  Metrics metrics = Metrics::make();
  LoggedTransport logged{scripted, clock, logger, metrics.counter("tender_zooid_requests_total")};
  Exchange got;
};

TEST_F(LoggedTransportTest, TellsOfAnAnswer) {
  logger.set_level(spdlog::level::debug);
  Response response;
  response.status = 404;
  response.body = "but-secret";
  scripted.next.result = response;
  ask();
  EXPECT_THAT(out.str(),
              testing::EndsWith(" debug request method=PATCH path=/relay/blue result=404 "
                                "duration=42ms\n"));
  EXPECT_EQ(std::get<Response>(got.result).status, 404);
  EXPECT_EQ(scripted.last_body, "but-secret");
}

TEST_F(LoggedTransportTest, TellsOfAFault) {
  logger.set_level(spdlog::level::debug);
  Failure failure;
  failure.fault = Fault::timeout;
  scripted.next.result = failure;
  ask();
  EXPECT_THAT(out.str(),
              testing::EndsWith(" debug request method=PATCH path=/relay/blue result=timeout "
                                "duration=42ms\n"));
}

TEST_F(LoggedTransportTest, CountsAnswersAndFaults) {
  Response response;
  response.status = 404;
  scripted.next.result = response;
  ask();
  ask();
  Failure failure;
  failure.fault = Fault::timeout;
  scripted.next.result = failure;
  ask();
  EXPECT_EQ(test::metric(metrics, R"(tender_zooid_requests_total{method="PATCH",result="4xx"})"),
            2);
  EXPECT_EQ(
      test::metric(metrics, R"(tender_zooid_requests_total{method="PATCH",result="timeout"})"), 1);
}

TEST_F(LoggedTransportTest, IsSilentAboveDebug) {
  scripted.next.result = Response();
  ask();
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace tender::http
