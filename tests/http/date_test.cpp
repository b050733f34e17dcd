#include "tender/http/date.hpp"

#include <string>

#include <gtest/gtest.h>

namespace tender::http {
namespace {

TEST(HttpDate, IsTheMomentThatTheHeaderNames) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"),
            TimePoint(std::chrono::seconds(784'111'777)));
  EXPECT_EQ(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT"),
            TimePoint(std::chrono::seconds(1'709'251'199)));
}

TEST(HttpDate, IsNothingInAnotherForm) {
  for (const char* text : {"", "soon", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
                           "sun, 06 nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
                           " Sun, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET"}) {
    EXPECT_EQ(parse_http_date(text), std::nullopt) << text;
  }
}

TEST(HttpDate, IsNothingWhereTheTextBreaksOffOrGoesOn) {
  const std::string whole = "Sun, 06 Nov 1994 08:49:37 GMT";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_EQ(parse_http_date(whole.substr(0, size)), std::nullopt) << size;
  }
  EXPECT_EQ(parse_http_date(whole + "+1"), std::nullopt);
}

TEST(HttpDate, IsNothingForADayThatDoesNotExist) {
  EXPECT_EQ(parse_http_date("Thu, 30 Feb 2023 00:00:00 GMT"), std::nullopt);
  EXPECT_EQ(parse_http_date("Mon, 06 Nov 1994 08:49:37 GMT"), std::nullopt);
}

TEST(HttpDate, IsWrittenAsItIsRead) {
  EXPECT_EQ(http_date(TimePoint(Milliseconds(784'111'777'999))), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(http_date(TimePoint(Milliseconds(-1))), "Wed, 31 Dec 1969 23:59:59 GMT");
}

}  // namespace
}  // namespace tender::http
