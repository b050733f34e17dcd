#include "tender/hook/answer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tender/http/date.hpp"

namespace tender::hook {
namespace {

using namespace std::chrono_literals;
using http::Fault;
using testing::HasSubstr;

constexpr TimePoint kArrival(24h * 365 * 56);

DeliveryVerdict verdict_on(int status, const std::string& body = "",
                           std::vector<http::Header> headers = {}) {
  http::Exchange exchange;
  exchange.result = http::Response{status, std::move(headers), body};
  return judge(exchange, kArrival);
}

DeliveryVerdict verdict_on(Fault fault) {
  http::Exchange exchange;
  http::Failure failure;
  failure.fault = fault;
  failure.detail = "it broke";
  exchange.result = failure;
  return judge(exchange, kArrival);
}

TEST(Answer, Of2xxIsADelivery) {
  for (const int status : {200, 201, 202, 204, 299}) {
    const DeliveryVerdict verdict = verdict_on(status, "ignored");
    EXPECT_EQ(verdict.result, DeliveryResult::delivered) << status;
    EXPECT_EQ(verdict.sign, ReceiverSign::well) << status;
    EXPECT_EQ(verdict.reason, "") << status;
  }
}

TEST(Answer, Of2xxIsADeliveryHoweverTheBodyEnds) {
  for (const Fault fault : {Fault::too_large, Fault::closed, Fault::timeout, Fault::malformed}) {
    http::Failure failure;
    failure.fault = fault;
    failure.status = 200;
    EXPECT_EQ(judge({failure}, kArrival).result, DeliveryResult::delivered) << to_string(fault);
    EXPECT_EQ(judge({failure}, kArrival).sign, ReceiverSign::well) << to_string(fault);
    failure.status = 500;
    EXPECT_EQ(judge({failure}, kArrival).result, DeliveryResult::failed) << to_string(fault);
  }
}

TEST(Answer, Of410IsTheEndOfTheTrigger) {
  const DeliveryVerdict verdict = verdict_on(410, "bye\n");
  EXPECT_EQ(verdict.result, DeliveryResult::gone);
  EXPECT_EQ(verdict.sign, ReceiverSign::well);
  EXPECT_EQ(verdict.reason, "the receiver answered 410: bye; the receiver wants no more webhooks");
}

TEST(Answer, OfAllElseIsAFailureThatMayPass) {
  for (const int status : {100, 199, 300, 304, 400, 401, 404, 408, 409, 413,
                           422, 425, 429, 500, 501, 502, 503, 504, 599, 999}) {
    EXPECT_EQ(verdict_on(status).result, DeliveryResult::failed) << status;
    EXPECT_THAT(verdict_on(status).reason, HasSubstr(std::to_string(status)));
  }
  for (const Fault fault : {Fault::refused, Fault::dns, Fault::tls, Fault::timeout, Fault::closed,
                            Fault::malformed, Fault::too_large, Fault::forbidden}) {
    EXPECT_EQ(verdict_on(fault).result, DeliveryResult::failed) << to_string(fault);
    EXPECT_THAT(verdict_on(fault).reason, HasSubstr("it broke"));
  }
}

TEST(Answer, IsNobodysFaultIfWeStopped) {
  const DeliveryVerdict verdict = verdict_on(Fault::stopped);
  EXPECT_EQ(verdict.result, DeliveryResult::stopped);
  EXPECT_EQ(verdict.sign, ReceiverSign::none);
  EXPECT_EQ(verdict.reason, "it broke");
}

TEST(Answer, TellsAReceiverThatIsDownFromOneThatDislikesTheEvent) {
  for (const int status : {200, 301, 400, 404, 410, 422, 500, 501}) {
    EXPECT_EQ(verdict_on(status).sign, ReceiverSign::well) << status;
  }
  for (const int status : {408, 425, 429}) {
    EXPECT_EQ(verdict_on(status).sign, ReceiverSign::none) << status;
  }
  for (const int status : {502, 503, 504}) {
    EXPECT_EQ(verdict_on(status).sign, ReceiverSign::fault) << status;
  }
  for (const Fault fault : {Fault::refused, Fault::dns, Fault::tls, Fault::timeout}) {
    EXPECT_EQ(verdict_on(fault).sign, ReceiverSign::fault) << to_string(fault);
    EXPECT_EQ(verdict_on(fault).timed_out, fault == Fault::timeout);
  }
  for (const Fault fault : {Fault::closed, Fault::malformed, Fault::too_large, Fault::forbidden}) {
    EXPECT_EQ(verdict_on(fault).sign, ReceiverSign::none) << to_string(fault);
  }
}

TEST(Answer, NamesWhereARedirectLeads) {
  EXPECT_EQ(verdict_on(301, "", {{"Location", "https://elsewhere.example/s3cret?s3cret"}}).reason,
            "the receiver answered 301, a redirect to https://elsewhere.example; tender follows "
            "none: set the trigger's URL to the address that answers");
  EXPECT_THAT(
      verdict_on(302, "", {{"Location", "/s3cret\n"}}).reason,
      testing::AllOf(HasSubstr("a redirect to another path"), testing::Not(HasSubstr("s3cret"))));
  EXPECT_THAT(verdict_on(302).reason, HasSubstr("a redirect to nowhere"));
}

TEST(Answer, ShowsABoundedAndHarmlessPieceOfTheBody) {
  EXPECT_EQ(verdict_on(500, "bo\x1bom \n").reason, "the receiver answered 500: bo\\u001bom");
  EXPECT_EQ(verdict_on(500, " \n").reason, "the receiver answered 500");
  EXPECT_LT(verdict_on(500, std::string(5000, 'x')).reason.size(), 300U);
}

TEST(Answer, MayAskUsToStayAway) {
  EXPECT_EQ(verdict_on(429, "", {{"Retry-After", "7"}}).retry_after, 7s);
  EXPECT_EQ(verdict_on(503, "", {{"Retry-After", http::http_date(kArrival + 90s)}}).retry_after,
            90s);
  EXPECT_EQ(verdict_on(503, "", {{"Retry-After", "86400"}}).retry_after, 1h);
  EXPECT_EQ(verdict_on(500, "", {{"Retry-After", "7"}}).retry_after, 0s);
  EXPECT_EQ(verdict_on(200, "", {{"Retry-After", "7"}}).retry_after, 0s);
}

TEST(DeliveryResult, HasAName) {
  EXPECT_EQ(to_string(DeliveryResult::delivered), "delivered");
  EXPECT_EQ(to_string(DeliveryResult::stopped), "stopped");
}

}  // namespace
}  // namespace tender::hook
