#include "tender/http/reply.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

namespace tender::http {
namespace {

const TimePoint kDate{std::chrono::seconds(784'111'777)};

Response response(int status, std::vector<Header> headers = {}) {
  return {status, std::move(headers), "{}"};
}

TEST(Reply, IsWrittenWithItsLengthAndDate) {
  EXPECT_EQ(response_text(response(200, {{"Content-Type", "application/json"}}), kDate, true),
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
            "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 2\r\n\r\n{}");
  EXPECT_EQ(response_text(response(799, {{"date", "now"}}), kDate, false),
            "HTTP/1.1 799 Status\r\ndate: now\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}");
}

TEST(Reply, HasNoBodyWhereHttpAllowsNone) {
  EXPECT_EQ(response_text(response(204, {{"Date", "x"}}), kDate, true),
            "HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n");
  EXPECT_EQ(response_text(response(304, {{"Date", "x"}}), kDate, true),
            "HTTP/1.1 304 Not Modified\r\nDate: x\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(response_head(response(200, {{"Date", "x"}}), kDate, true),
            "HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 2\r\n\r\n");
}

TEST(Reply, RefusesWhatWouldBreakTheMessage) {
  for (const int status : {0, 100, 101, 199, 1000, -1}) {
    EXPECT_THROW((void)response_text(response(status), kDate, true), std::invalid_argument);
  }
  const Header wrong[] = {{"X", "a\r\nB: c"},      {"X\r\n", "a"},      {"", "a"},
                          {"Content-Length", "9"}, {"connection", "x"}, {"Transfer-Encoding", "x"}};
  for (const Header& header : wrong) {
    EXPECT_THROW((void)response_text(response(200, {header}), kDate, true), std::invalid_argument)
        << header.name;
  }
}

TEST(Reply, TellsAnErrorAsJson) {
  const Response error = error_response(400, "a \"quote\"");
  EXPECT_EQ(error.status, 400);
  EXPECT_EQ(error.header("content-type"), "application/json");
  EXPECT_EQ(error.body, "{\"error\":\"a \\\"quote\\\"\"}\n");
}

}  // namespace
}  // namespace tender::http
