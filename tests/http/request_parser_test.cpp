// What the server takes for a request, and what it refuses: by Beast where it does, by us where it
// does not.
#include "http/request_parser.hpp"

#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tender::http {
namespace {

using Progress = RequestParser::Progress;
using testing::HasSubstr;

constexpr std::size_t kMaxHead = 512;
constexpr std::size_t kMaxBody = 16;

void give(RequestParser& parser, std::string_view bytes) {
  bytes.copy(parser.space().data(), bytes.size());
  parser.received(bytes.size());
}

// Goes on as long as there is something to do.
Progress advance(RequestParser& parser) {
  Progress progress = parser.advance();
  if (progress == Progress::head) {
    parser.limit_body(kMaxBody);
    progress = parser.advance();
  }
  return progress;
}

// All at once, or a byte at a time.
Progress read(RequestParser& parser, std::string_view bytes, std::size_t piece) {
  parser.begin();
  Progress progress = Progress::more;
  while (progress == Progress::more && !bytes.empty()) {
    give(parser, bytes.substr(0, piece));
    bytes.remove_prefix(std::min(piece, bytes.size()));
    progress = advance(parser);
  }
  return progress;
}

ServerRequest accepted(std::string_view bytes) {
  RequestParser bytewise(kMaxHead);
  EXPECT_EQ(read(bytewise, bytes, 1), Progress::done) << bytes;
  RequestParser whole(kMaxHead);
  const Progress progress = read(whole, bytes, bytes.size());
  EXPECT_EQ(progress, Progress::done) << bytes << whole.refusal().reason;
  return progress == Progress::done ? whole.take() : ServerRequest();
}

// The refusal, which must be the same however the network cuts the bytes.
Refusal refused(std::string_view bytes) {
  RequestParser bytewise(kMaxHead);
  EXPECT_EQ(read(bytewise, bytes, 1), Progress::refused) << bytes;
  RequestParser whole(kMaxHead);
  EXPECT_EQ(read(whole, bytes, bytes.size()), Progress::refused) << bytes;
  EXPECT_EQ(whole.refusal().status, bytewise.refusal().status) << bytes;
  return whole.refusal();
}

// A request with these lines after its Host.
Refusal refused_with(std::string_view lines) {
  return refused("GET / HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n");
}

TEST(RequestParser, ReadsARequest) {
  const ServerRequest request = accepted(
      "PUT /a%20b?c=d&e HTTP/1.1\r\nHost: example.com:80\r\nX-One:\t1 \r\nx-one: 2\r\n"
      "Content-Length: 5\r\n\r\nhello");
  EXPECT_EQ(request.method, "PUT");
  EXPECT_EQ(request.path, "/a%20b");
  EXPECT_EQ(request.query, "c=d&e");
  EXPECT_EQ(request.host, "example.com:80");
  EXPECT_EQ(request.header("X-ONE"), "1");
  EXPECT_EQ(request.headers.size(), 4U);
  EXPECT_EQ(request.body, "hello");
}

TEST(RequestParser, ReadsAChunkedBodyAndDropsItsTrailers) {
  const ServerRequest request = accepted(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
      "3;x=\"y\"\r\nabc\r\n2\r\nde\r\n0\r\nHost: b\r\nAuthorization: c\r\n\r\n");
  EXPECT_EQ(request.body, "abcde");
  EXPECT_EQ(request.host, "a");
  EXPECT_FALSE(request.header("Authorization").has_value());
}

TEST(RequestParser, ReadsAnEmptyChunkedBody) {
  EXPECT_EQ(
      accepted("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n").body,
      "");
}

TEST(RequestParser, TellsHeadAndBodyApart) {
  RequestParser parser(kMaxHead);
  parser.begin();
  EXPECT_FALSE(parser.started());
  give(parser, "POST /x HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\nContent-Length: 1\r\n\r\n");
  EXPECT_TRUE(parser.started());
  EXPECT_EQ(parser.advance(), Progress::head);
  EXPECT_EQ(parser.request().path, "/x");
  EXPECT_TRUE(parser.expects_continue());
  parser.limit_body(1);
  EXPECT_EQ(parser.advance(), Progress::more);
  give(parser, "x");
  EXPECT_EQ(parser.advance(), Progress::done);
}

TEST(RequestParser, ReadsTheNextRequestFromWhatFollowsTheLast) {
  RequestParser parser(kMaxHead);
  parser.begin();
  give(parser,
       "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nxGET /2 HTTP/1.1\r\nHost: b\r\n"
       "Connection: close\r\n\r\n");
  EXPECT_EQ(advance(parser), Progress::done);
  EXPECT_TRUE(parser.keep_alive());
  EXPECT_EQ(parser.take().path, "/1");
  parser.begin();
  EXPECT_TRUE(parser.started());
  EXPECT_EQ(advance(parser), Progress::done);
  EXPECT_FALSE(parser.keep_alive());
  const ServerRequest second = parser.take();
  EXPECT_EQ(second.path, "/2");
  EXPECT_EQ(second.body, "");
}

TEST(RequestParser, TakesHttp10AndKeepsNoConnectionForIt) {
  RequestParser parser(kMaxHead);
  EXPECT_EQ(read(parser, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 512), Progress::done);
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take().host, "");
}

TEST(RequestParser, RefusesAMissingDuplicateOrMalformedHost) {
  EXPECT_THAT(refused("GET / HTTP/1.1\r\n\r\n").reason, HasSubstr("no Host"));
  EXPECT_THAT(refused_with("host: a\r\n").reason, HasSubstr("more than one Host"));
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a b\r\n\r\n").status, 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: u@a\r\n\r\n").status, 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n").status, 400);
}

TEST(RequestParser, RefusesALengthBesideATransferCoding) {
  EXPECT_EQ(refused_with("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n").status, 400);
  EXPECT_EQ(refused_with("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n").status, 400);
  EXPECT_EQ(refused_with("Transfer-Encoding: gzip\r\nContent-Length: 5\r\n").status, 400);
}

TEST(RequestParser, RefusesMoreThanOneLengthAlsoWhenTheyAgree) {
  EXPECT_EQ(refused_with("Content-Length: 0\r\nContent-Length: 0\r\n").status, 400);
  EXPECT_EQ(refused_with("Content-Length: 0, 0\r\n").status, 400);
  EXPECT_EQ(refused_with("Content-Length: 1\r\nContent-Length: 2\r\n").status, 400);
}

TEST(RequestParser, RefusesALengthThatIsNotANumber) {
  for (const std::string text :
       {"", "x", "-1", "+1", "0x1", "1 1", "1,", "99999999999999999999999"}) {
    EXPECT_EQ(refused_with("Content-Length: " + text + "\r\n").status, 400) << text;
  }
}

TEST(RequestParser, RefusesTransferCodingsOtherThanChunked) {
  for (const std::string text : {"gzip", "gzip, chunked", "chunked, gzip", "chunked, chunked",
                                 "identity", "x-chunked", "chunked;q=1", ""}) {
    EXPECT_EQ(refused_with("Transfer-Encoding: " + text + "\r\n").status, 400) << text;
  }
  EXPECT_EQ(refused_with("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n").status,
            400);
  EXPECT_EQ(refused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status, 400);
}

TEST(RequestParser, RefusesAFoldedLine) {
  EXPECT_THAT(refused_with("X: a\r\n b\r\n").reason, HasSubstr("folded"));
  EXPECT_EQ(refused_with("X:\r\n\tb\r\n").status, 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\n Host: a\r\n\r\n").status, 400);
}

TEST(RequestParser, RefusesBareLineFeedsAndCarriageReturns) {
  EXPECT_EQ(refused("GET / HTTP/1.1\nHost: a\n\n").status, 400);
  EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: a\n\r\n").status, 400);
  EXPECT_EQ(refused("\nGET / HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  EXPECT_EQ(refused_with("X: a\rb\r\n").status, 400);
}

TEST(RequestParser, RefusesControlBytesInValuesNamesAndTargets) {
  for (const char c : {'\0', '\x01', '\v', '\x1f', '\x7f'}) {
    EXPECT_EQ(refused_with("X: a" + std::string(1, c) + "b\r\n").status, 400) << int{c};
    EXPECT_EQ(refused_with("X" + std::string(1, c) + ": b\r\n").status, 400) << int{c};
    EXPECT_EQ(refused("GET /" + std::string(1, c) + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 400);
  }
}

TEST(RequestParser, RefusesWhitespaceBeforeTheColonAndNamesThatAreNone) {
  EXPECT_EQ(refused_with("X : a\r\n").status, 400);
  EXPECT_EQ(refused_with("X\t: a\r\n").status, 400);
  EXPECT_EQ(refused_with(": a\r\n").status, 400);
  EXPECT_EQ(refused_with("X\r\n").status, 400);
  EXPECT_EQ(refused_with("X{}: a\r\n").status, 400);
}

TEST(RequestParser, RefusesTargetsThatAreNotAPath) {
  for (const std::string target :
       {"*", "http://a/", "a:443", "x", "/a#b", "/a%2", "/\"", "/\xff"}) {
    EXPECT_EQ(refused("GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 400) << target;
  }
}

TEST(RequestParser, RefusesARequestLineThatIsNone) {
  for (const std::string line :
       {"", "GET", "GET /", "GET  / HTTP/1.1", " GET / HTTP/1.1", "GET / HTTP/1.1 ",
        "GET / http/1.1", "GET / HTTP/x.y", "G\"T / HTTP/1.1"}) {
    EXPECT_EQ(refused(line + "\r\nHost: a\r\n\r\n").status, 400) << line;
  }
}

TEST(RequestParser, RefusesOtherVersions) {
  EXPECT_EQ(refused("GET / HTTP/2.0\r\nHost: a\r\n\r\n").status, 505);
  EXPECT_EQ(refused("GET / HTTP/0.9\r\nHost: a\r\n\r\n").status, 505);
  EXPECT_EQ(refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status, 505);
}

TEST(RequestParser, RefusesAHeadOverItsLimit) {
  const std::string start = "GET / HTTP/1.1\r\nHost: a\r\nX: ";
  const std::size_t room = kMaxHead - start.size() - 4;
  EXPECT_EQ(accepted(start + std::string(room, 'x') + "\r\n\r\n").path, "/");
  EXPECT_EQ(refused(start + std::string(room + 1, 'x') + "\r\n\r\n").status, 431);
  EXPECT_EQ(refused("GET /" + std::string(kMaxHead, 'x')).status, 431);
}

TEST(RequestParser, RefusesABodyOverItsLimitBeforeItComes) {
  EXPECT_EQ(
      accepted("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 16\r\n\r\n0123456789abcdef").body,
      "0123456789abcdef");
  EXPECT_EQ(refused_with("Content-Length: 17\r\n").status, 413);
}

TEST(RequestParser, RefusesAChunkedBodyOverItsLimit) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(accepted(head + "8\r\n01234567\r\n8\r\n89abcdef\r\n0\r\n\r\n").body,
            "0123456789abcdef");
  EXPECT_EQ(refused(head + "8\r\n01234567\r\n9\r\n89abcdefg\r\n0\r\n\r\n").status, 413);
  EXPECT_EQ(refused(head + "ffffffffffffffff\r\n").status, 413);
}

TEST(RequestParser, RefusesBrokenChunks) {
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (const std::string body :
       {"x\r\nabc\r\n", "3\nabc\r\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "10000000000000000\r\n",
        "-1\r\n\r\n\r\n", "3 x\r\nabc\r\n0\r\n\r\n"}) {
    EXPECT_EQ(refused(head + body).status, 400) << body;
  }
  EXPECT_EQ(refused(head + "1;" + std::string(kMaxHead, 'x')).status, 431);
  EXPECT_EQ(refused(head + "0\r\nX: " + std::string(kMaxHead, 'x')).status, 431);
}

}  // namespace
}  // namespace tender::http
