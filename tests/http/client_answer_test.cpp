// What the client makes of what servers answer, well-formed or not.
#include <stdexcept>

#include "client_fixture.hpp"

namespace tender::http {
namespace {

using test::answer;
using test::Script;
using test::Step;
using testing::HasSubstr;

class ClientAnswer : public ClientTest {
 protected:
  // The server reads a request, sends each piece by itself once the client has had time to read the
  // one before, and hangs.
  void server_sends(const std::vector<std::string>& pieces, const Step& last = Step::hang()) {
    Script script{Step::read_request()};
    for (const std::string& piece : pieces) {
      script.push_back(Step::send(piece));
    }
    script.push_back(last);
    server.next(script);
  }
};

std::vector<std::string> byte_by_byte(const std::string& text) {
  std::vector<std::string> pieces;
  for (const char c : text) {
    pieces.emplace_back(1, c);
  }
  return pieces;
}

TEST_F(ClientAnswer, BringsStatusHeadersAndBody) {
  server_sends(
      {answer(201, "{\"message\":\"ok\"}", "Content-Type: application/json\r\nX-A:  b \r\n")});
  const Response response = answered(get());
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(response.body, "{\"message\":\"ok\"}");
  EXPECT_EQ(response.header("content-type"), "application/json");
  EXPECT_EQ(response.header("x-a"), "b");
}

TEST_F(ClientAnswer, SendsWhatTheCallerAskedFor) {
  server_sends({answer(200)});
  Request request(Method::patch, Url::parse(server.url() + "/relay/1?x=%20"));
  request.headers = {{"Authorization", "Nostr abc="}, {"Content-Type", "application/json"}};
  request.body = "{}";
  (void)answered(request);
  ASSERT_EQ(server.requests().size(), 1U);
  const std::string& sent = server.requests()[0];
  const std::string host = "127.0.0.1:" + std::to_string(server.port());
  EXPECT_THAT(sent, testing::StartsWith("PATCH /relay/1?x=%20 HTTP/1.1\r\nHost: " + host + "\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\nAuthorization: Nostr abc=\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\nContent-Length: 2\r\n"));
  EXPECT_THAT(sent, HasSubstr("\r\nUser-Agent: tender/"));
  EXPECT_THAT(sent, testing::EndsWith("\r\n\r\n{}"));
}

TEST_F(ClientAnswer, SendsTheHostAskedForAndNoLengthWithoutABody) {
  server_sends({answer(200)});
  Request request = get();
  request.host = "relay.example.com";
  (void)answered(request);
  EXPECT_THAT(server.requests().at(0), HasSubstr("\r\nHost: relay.example.com\r\n"));
  EXPECT_THAT(server.requests().at(0), testing::Not(HasSubstr("Content-Length")));
}

TEST_F(ClientAnswer, NeverSendsHeadersThatCouldForgeARequest) {
  const std::vector<Header> forbidden = {{"X-A", "b\r\nX-Evil: c"},
                                         {"X-A", "b\nc"},
                                         {"X-A\r\nX-Evil", "c"},
                                         {"X A", "b"},
                                         {"", "b"},
                                         {"X-A", {'b', '\0'}},
                                         {"Host", "other"},
                                         {"content-length", "0"},
                                         {"Connection", "x"},
                                         {"Transfer-Encoding", "chunked"}};
  for (const Header& header : forbidden) {
    Request request = get();
    request.headers = {header};
    const Pending pending = start(request);
    EXPECT_THROW(run_until([&] { return pending->has_value(); }), std::invalid_argument)
        << header.name;
  }
  Request request = get();
  request.host = "h\r\nX-Evil: c";
  const Pending pending = start(request);
  EXPECT_THROW(run_until([&] { return pending->has_value(); }), std::invalid_argument);
  EXPECT_EQ(server.accepted(), 0U);
}

const std::string kChunked =
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5\r\nhello\r\n6;note=1\r\n world\r\n0\r\nX-Trailer: t\r\n\r\n";

TEST_F(ClientAnswer, ReadsAChunkedBody) {
  server_sends({kChunked});
  EXPECT_EQ(answered(get()).body, "hello world");
}

TEST_F(ClientAnswer, ReadsAChunkedBodyInPieces) {
  server_sends(byte_by_byte(kChunked));
  EXPECT_EQ(answered(get()).body, "hello world");
}

TEST_F(ClientAnswer, PutsAnAnswerInPiecesTogether) {
  server_sends(byte_by_byte(answer(200, "hello", "X-A: b\r\n")));
  const Response response = answered(get());
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(response.header("X-A"), "b");
}

TEST_F(ClientAnswer, ReadsABodyThatEndsWithTheConnection) {
  server_sends({"HTTP/1.1 200 OK\r\n\r\nhel", "lo"}, Step::close());
  EXPECT_EQ(answered(get()).body, "hello");
  server_sends({"HTTP/1.0 200 OK\r\n\r\n"}, Step::close());
  EXPECT_EQ(answered(get()).body, "");
}

TEST_F(ClientAnswer, ExpectsNoBodyWith204) {
  server_sends({"HTTP/1.1 204 No Content\r\n\r\n"});
  EXPECT_EQ(answered(get()).status, 204);
}

TEST_F(ClientAnswer, ExpectsNoBodyWith304WhateverItsLength) {
  server_sends({"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"});
  EXPECT_EQ(answered(get()).status, 304);
}

TEST_F(ClientAnswer, ReadsOverInterimAnswers) {
  server_sends({"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
                answer(200, "done")});
  const Response response = answered(get());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "done");
  EXPECT_EQ(response.header("Link"), std::nullopt);
}

TEST_F(ClientAnswer, DoesNotFollowRedirects) {
  server.always(test::answer_always(answer(302, "", "Location: " + server.url() + "/b\r\n")));
  const Response response = answered(get("/a"));
  EXPECT_EQ(response.status, 302);
  EXPECT_EQ(response.header("location"), server.url() + "/b");
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ClientAnswer, TakesTheAnswerOfAServerThatDoesNotReadTheWholeRequest) {
  server.next({Step::send(answer(413, "too much")), Step::close()});
  const Response response = answered(post(std::string(32 << 20, 'x')));
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, "too much");
}

struct Broken {
  const char* name;
  std::vector<std::string> pieces;
};

void PrintTo(const Broken& broken, std::ostream* out) {
  *out << broken.name;
}

class ClientMalformed : public ClientAnswer, public testing::WithParamInterface<Broken> {};

TEST_P(ClientMalformed, IsRefusedAndTheConnectionDiscarded) {
  server_sends(GetParam().pieces);
  const Failure failure = failed(get());
  EXPECT_EQ(failure.fault, Fault::malformed) << failure.detail;
  EXPECT_TRUE(failure.written);
  EXPECT_THAT(failure.detail, HasSubstr("127.0.0.1:" + std::to_string(server.port())));
  run_until([&] { return server.open() == 0; });
}

INSTANTIATE_TEST_SUITE_P(
    Answers, ClientMalformed,
    testing::Values(
        Broken{"AnotherProtocol", {"SSH-2.0-OpenSSH_9.2\r\n"}},
        Broken{"BinaryNoise", {std::string("\x16\x03\x01\x00\x00\x00\x00\x00\x00\x00", 10)}},
        Broken{"AnotherVersion", {"HTTP/2.0 200 OK\r\n\r\n"}},
        Broken{"NoNumberAsStatus", {"HTTP/1.1 2x0 OK\r\n\r\n"}},
        Broken{"StatusZero", {"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n"}},
        Broken{"StatusZeroUntilTheEnd", {"HTTP/1.1 000 OK\r\n\r\n", "body"}},
        Broken{"BareLineFeeds", {"HTTP/1.1 200 OK\nContent-Length: 0\n\n"}},
        Broken{"HeaderWithoutColon", {"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n"}},
        Broken{"ZeroByteInAHeader", {std::string("HTTP/1.1 200 OK\r\nA: b\0c\r\n\r\n", 27)}},
        Broken{"NegativeLength", {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"}},
        Broken{"TwoLengths",
               {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"}},
        Broken{"LengthAndChunks",
               {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"}},
        Broken{"ChunkWithoutSize",
               {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "zz\r\nhello\r\n"}},
        Broken{
            "ChunkLongerThanItSays",
            {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", "2\r\nhello\r\n0\r\n\r\n"}},
        Broken{"UpgradeNobodyAskedFor", {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"}},
        Broken{"InterimAnswersWithoutEnd",
               std::vector<std::string>(20, "HTTP/1.1 100 Continue\r\n\r\n")}),
    [](const auto& chosen) { return chosen.param.name; });

class ClientTruncated : public ClientAnswer, public testing::WithParamInterface<Broken> {};

TEST_P(ClientTruncated, IsAClosedConnection) {
  server_sends(GetParam().pieces, Step::close());
  const Failure failure = failed(get());
  EXPECT_EQ(failure.fault, Fault::closed) << failure.detail;
  EXPECT_TRUE(failure.written);
  EXPECT_THAT(failure.detail, HasSubstr("127.0.0.1:" + std::to_string(server.port())));
}

INSTANTIATE_TEST_SUITE_P(
    Answers, ClientTruncated,
    testing::Values(Broken{"Nothing", {}}, Broken{"HalfAStatusLine", {"HTTP/1."}},
                    Broken{"HalfAHead", {"HTTP/1.1 200 OK\r\nContent-"}},
                    Broken{"HeadWithoutBody", {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"}},
                    Broken{"HalfABody", {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhe"}},
                    Broken{"NoLastChunk",
                           {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                            "5\r\nhello\r\n"}},
                    Broken{"OnlyAnInterimAnswer", {"HTTP/1.1 100 Continue\r\n\r\n"}}),
    [](const auto& chosen) { return chosen.param.name; });

TEST_F(ClientAnswer, TellsAResetFromAGoodEnd) {
  server.next({Step::read_request(), Step::reset()});
  const Failure failure = failed(get());
  EXPECT_EQ(failure.fault, Fault::closed);
  EXPECT_TRUE(failure.written);
  EXPECT_THAT(failure.detail, HasSubstr("reset the connection"));
}

class ClientCaps : public ClientAnswer {
 protected:
  ClientCaps() {
    options.max_head = 1024;
    options.max_body = 5;
  }

  void expect_too_large(const std::string& what, int status) {
    const Failure failure = failed(get());
    EXPECT_EQ(failure.fault, Fault::too_large) << failure.detail;
    EXPECT_TRUE(failure.written);
    EXPECT_THAT(failure.detail, HasSubstr(what));
    EXPECT_EQ(failure.status, status);
    run_until([&] { return server.open() == 0; });
  }
};

TEST_F(ClientCaps, TakesABodyOfTheSizeOfTheCap) {
  server_sends({answer(200, "12345")});
  EXPECT_EQ(answered(get()).body, "12345");
}

TEST_F(ClientCaps, TakesAChunkedBodyOfTheSizeOfTheCap) {
  server_sends({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n2\r\n45\r\n",
                "0\r\n\r\n"});
  EXPECT_EQ(answered(get()).body, "12345");
}

TEST_F(ClientCaps, RefusesALargerBodyHoweverItIsFramed) {
  server_sends({"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n"});
  expect_too_large("body over 5 bytes", 200);
  server_sends({"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n123\r\n3\r\n"});
  expect_too_large("body over 5 bytes", 200);
  server_sends({"HTTP/1.1 200 OK\r\n\r\n12345", "6"});
  expect_too_large("body over 5 bytes", 200);
}

TEST_F(ClientCaps, RefusesALargerHead) {
  server_sends({"HTTP/1.1 200 OK\r\nX-A: " + std::string(2000, 'a') + "\r\n\r\n"});
  expect_too_large("head over 1024 bytes", 0);
}

TEST_F(ClientCaps, RefusesAHeadThatGrowsHeaderByHeader) {
  std::vector<std::string> pieces{"HTTP/1.1 200 OK\r\n"};
  pieces.resize(200, "X-A: " + std::string(20, 'a') + "\r\n");
  server_sends(pieces);
  expect_too_large("head over 1024 bytes", 0);
}

TEST_F(ClientCaps, CountsAHeadOverItsPieces) {
  const std::string header = "X-A: " + std::string(390, 'a') + "\r\n";
  server.next({Step::read_request(), Step::send("HTTP/1.1 200 OK\r\n" + header + header),
               Step::wait(), Step::send(header + "Content-Length: 0\r\n\r\n"), Step::hang()});
  const Pending pending = start(get());
  run_until([&] { return server.sent() == 1; });
  io.poll();  // the client has read the first piece
  server.release();
  run_until([&] { return pending->has_value(); });
  EXPECT_EQ(failure_of(pending).fault, Fault::too_large);
}

TEST_F(ClientCaps, RefusesAChunkHeadWithoutEnd) {
  server_sends(
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + std::string(5000, 'a')});
  expect_too_large("head over 1024 bytes", 200);
}

}  // namespace
}  // namespace tender::http
