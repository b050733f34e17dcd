#include "tender/http/retry_after.hpp"

#include <gtest/gtest.h>

#include "tender/http/date.hpp"

namespace tender::http {
namespace {

using namespace std::chrono_literals;

constexpr TimePoint kAnswered(24h * 365 * 56);

Response asking(const std::string& wait, int status = 503) {
  Response response;
  response.status = status;
  response.headers.push_back({"Retry-After", wait});
  return response;
}

Milliseconds wait_of(const Response& response, Milliseconds longest = 1h) {
  return retry_after(response, kAnswered, longest);
}

TEST(RetryAfter, IsANumberOfSeconds) {
  EXPECT_EQ(wait_of(asking("7")), 7s);
  EXPECT_EQ(wait_of(asking("7", 429)), 7s);
  EXPECT_EQ(wait_of(asking("0")), 0s);
  EXPECT_EQ(wait_of(asking("-7")), 0s);
}

TEST(RetryAfter, IsADateByTheSendersClock) {
  Response response = asking(http_date(kAnswered + 90s));
  EXPECT_EQ(wait_of(response), 90s);
  response.headers.push_back({"Date", http_date(kAnswered + 60s)});
  EXPECT_EQ(wait_of(response), 30s);
  EXPECT_EQ(wait_of(asking(http_date(kAnswered - 90s))), 0s);
}

TEST(RetryAfter, IsBounded) {
  EXPECT_EQ(wait_of(asking("3601")), 1h);
  EXPECT_EQ(wait_of(asking("99999999999999999999")), 1h);
  EXPECT_EQ(wait_of(asking(http_date(kAnswered + 24h))), 1h);
  EXPECT_EQ(wait_of(asking("2"), 1500ms), 1500ms);
}

TEST(RetryAfter, CountsWith429And503Alone) {
  EXPECT_EQ(wait_of(asking("7", 500)), 0s);
  EXPECT_EQ(wait_of(asking("7", 301)), 0s);
}

TEST(RetryAfter, IsNothingElse) {
  for (const char* text : {"", "soon", "7s", "7.5", "+7"}) {
    EXPECT_EQ(wait_of(asking(text)), 0s) << text;
  }
  EXPECT_EQ(wait_of(Response{503, {}, ""}), 0s);
}

TEST(ClockSkew, IsHowFarWeAreAhead) {
  Response response;
  EXPECT_EQ(clock_skew(response, kAnswered), std::nullopt);
  response.headers.push_back({"Date", http_date(kAnswered - 5s)});
  EXPECT_EQ(clock_skew(response, kAnswered), 5s);
}

}  // namespace
}  // namespace tender::http
