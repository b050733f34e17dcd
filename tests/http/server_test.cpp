// Requests and answers over real sockets: routing, keep-alive, refusals, and what becomes of a
// handler that fails.
#include "server_fixture.hpp"

namespace tender::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST_F(ServerTest, AnswersOneRequestAfterTheOtherOnAConnection) {
  start();
  const auto peer = connect();
  EXPECT_EQ(ask(peer, get("/echo?a=b")),
            "HTTP/1.1 200 OK\r\nDate: Thu, 18 Dec 2025 00:00:00 GMT\r\nContent-Length: 14\r\n\r\n"
            "GET /echo a=b ");
  EXPECT_THAT(ask(peer,
                  "POST /echo HTTP/1.1\r\nHost: test\r\nTransfer-Encoding: chunked\r\n\r\n"
                  "2\r\nhi\r\n0\r\n\r\n"),
              EndsWith("POST /echo  hi"));
  EXPECT_THAT(ask(peer, get("/relays/a%2Fb")), EndsWith("\r\n\r\na/b"));
  EXPECT_FALSE(peer->closed);
}

TEST_F(ServerTest, AnswersRequestsThatComeTogetherInTheirOrder) {
  start();
  const auto peer = connect();
  peer->send(get("/relays/1") + get("/relays/2") + get("/relays/3"));
  run_until([&] { return peer->received.ends_with("\r\n\r\n3"); });
  EXPECT_LT(peer->received.find("\r\n\r\n1"), peer->received.find("\r\n\r\n2"));
}

TEST_F(ServerTest, ClosesWhenTheClientWantsIt) {
  start();
  const auto peer = connect();
  const std::string close = "Host: a\r\nConnection: close\r\n\r\n";
  EXPECT_THAT(ask(peer, "GET /echo HTTP/1.1\r\n" + close), HasSubstr("Connection: close\r\n"));
  run_until([&] { return peer->closed; });
  const auto old = connect();
  EXPECT_THAT(ask(old, "GET /echo HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  run_until([&] { return old->closed; });
}

TEST_F(ServerTest, AnswersHeadWithoutABody) {
  start();
  const auto peer = connect();
  peer->send("HEAD /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  run_until([&] { return peer->received.ends_with("\r\n\r\n"); });
  EXPECT_THAT(peer->take(), HasSubstr("Content-Length: 12\r\n"));
  EXPECT_THAT(ask(peer, get("/relays/x")), EndsWith("\r\n\r\nx"));
}

TEST_F(ServerTest, RefusesWhatItsGuardRefusesBeforeTheBodyComes) {
  start();
  const auto peer = connect();
  const std::string answer = ask(peer,
                                 "POST /closed/1 HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n"
                                 "Expect: 100-continue\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Nostr\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\nnot you"));
  peer->send("GET /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  run_until([&] { return peer->closed; });
  EXPECT_THAT(peer->received, Not(HasSubstr("echo")));
}

TEST_F(ServerTest, HandsTheNoteOfItsGuardToTheHandler) {
  start();
  const auto peer = connect();
  EXPECT_THAT(ask(peer, get("/note")), EndsWith("\r\n\r\nadmitted to /note"));
  EXPECT_THAT(ask(peer, get("/note?again")), EndsWith("\r\n\r\nadmitted to /note"));
}

TEST_F(ServerTest, TellsItsWatchWhichRouteAnsweredWithWhat) {
  start();
  const auto peer = connect();
  ask(peer, get("/relays/blue"));
  peer->send("HEAD /relays/green HTTP/1.1\r\nHost: a\r\n\r\n");
  run_until([&] { return answered.size() == 2; });
  peer->take();
  ask(peer, get("/nothing"));
  ask(peer, "PUT /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  ask(peer, get("/throw"));
  ask(peer, get("/forged"));
  ask(connect(), get("/closed/1"));
  ask(connect(), "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345");
  ask(peer, "nonsense\r\n\r\n");
  EXPECT_THAT(answered,
              testing::ElementsAre("GET /relays/{id}: 200", "GET /relays/{id}: 200", ": 404",
                                   ": 405", "GET /throw: 500", "GET /forged: 500", ": 401",
                                   "PUT /small: 413", ": 400"));
}

TEST_F(ServerTest, SaysThatThereIsNoSuchPathOrMethod) {
  start();
  const auto peer = connect();
  const std::string missing = ask(peer, get("/nothing"));
  EXPECT_THAT(missing, StartsWith("HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(missing, EndsWith("{\"error\":\"not found\"}\n"));
  const std::string wrong = ask(peer, "PUT /echo HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(wrong, StartsWith("HTTP/1.1 405 Method Not Allowed\r\n"));
  EXPECT_THAT(wrong, HasSubstr("Allow: GET, HEAD, POST\r\n"));
  EXPECT_FALSE(peer->closed);
}

TEST_F(ServerTest, LogsAHandlersExceptionOnceAndAnswers500) {
  start();
  const auto peer = connect();
  const std::string answer = ask(peer, get("/throw"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, EndsWith("{\"error\":\"internal error\"}\n"));
  EXPECT_THAT(log.str(), EndsWith(" error answered 500, because the request failed with an error "
                                  "request=\"GET /throw\" cause=a\\nb\n"));
  EXPECT_THAT(ask(peer, get("/echo")), StartsWith("HTTP/1.1 200 ")) << "the connection is kept";
}

TEST_F(ServerTest, SendsNoHeaderThatWouldForgeAnother) {
  start();
  const auto peer = connect();
  const std::string answer = ask(peer, get("/forged"));
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
  EXPECT_THAT(log.str(), HasSubstr("answered 500"));
  EXPECT_THAT(log.str(), HasSubstr("request=\"GET /forged\""));
}

TEST_F(ServerTest, RefusesAMalformedRequestAndCloses) {
  start();
  const auto peer = connect();
  const std::string answer = ask(peer, "GET /echo HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  EXPECT_THAT(answer, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(answer, EndsWith("{\"error\":\"the request has more than one Host\"}\n"));
  run_until([&] { return peer->closed; });
}

TEST_F(ServerTest, ShowsItsRefusalToAClientThatIsStillSending) {
  start();
  const auto peer = connect();
  const std::string head = "PUT /small HTTP/1.1\r\nHost: a\r\nContent-Length: 500000\r\n\r\n";
  EXPECT_THAT(ask(peer, head + std::string(100'000, 'x')), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, LimitsABodyAsItsRouteSays) {
  limits.max_body = 8;
  start();
  const auto put = [&](const std::string& path, const std::string& body) {
    return ask(connect(), path + " HTTP/1.1\r\nHost: a\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body);
  };
  EXPECT_THAT(put("PUT /small", "1234"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(put("PUT /small", "12345"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(put("POST /echo", "12345678"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(put("POST /echo", "123456789"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(put("POST /nothing", "123456789"), StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, TellsAClientThatAsksToSendItsBody) {
  start();
  const auto peer = connect();
  const std::string head = "Host: a\r\nExpect: 100-continue\r\nContent-Length: ";
  peer->send("POST /echo HTTP/1.1\r\n" + head + "2\r\n\r\n");
  run_until([&] { return peer->received == "HTTP/1.1 100 Continue\r\n\r\n"; });
  peer->take();
  EXPECT_THAT(ask(peer, "hi"), EndsWith("POST /echo  hi"));
  EXPECT_THAT(ask(peer, "PUT /small HTTP/1.1\r\n" + head + "5\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "))
      << "not asked for what would be refused";
}

TEST_F(ServerTest, WritesRawBytesAndCloses) {
  start();
  const auto peer = connect();
  peer->send(get("/raw") + get("/echo"));
  run_until([&] { return peer->closed; });
  EXPECT_EQ(peer->received, "what?");
  const auto dropped = connect();
  EXPECT_EQ(ask(dropped, get("/drop")), "");
  EXPECT_TRUE(dropped->closed);
  EXPECT_EQ(finished, (std::vector<bool>{true, false}));
}

TEST_F(ServerTest, StaysSilentUntilTheClientLeaves) {
  start();
  const auto peer = connect();
  peer->send(get("/silence"));
  clock.advance(std::chrono::hours(24));
  EXPECT_FALSE(peer->closed);
  peer->close();
  run_until([&] { return !finished.empty(); });
  EXPECT_EQ(finished, std::vector<bool>{false});
}

TEST_F(ServerTest, WritesAStreamPieceByPieceUntilItEnds) {
  start();
  const auto peer = connect();
  peer->send(get("/stream"));
  feed("one,");
  run_until([&] { return peer->received.ends_with("one,"); });
  EXPECT_THAT(peer->received, StartsWith("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"));
  EXPECT_THAT(peer->received, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(peer->received, Not(HasSubstr("Content-Length")));
  clock.advance(std::chrono::hours(24));
  EXPECT_FALSE(peer->closed);
  feed("two");
  feed("");
  run_until([&] { return peer->closed; });
  EXPECT_THAT(peer->received, EndsWith("\r\n\r\none,two"));
  EXPECT_EQ(finished, std::vector<bool>{true});
}

TEST_F(ServerTest, EndsAStreamWhenItStops) {
  start();
  const auto peer = connect();
  peer->send(get("/stream"));
  run_until([&] { return peer->received.ends_with("\r\n\r\n"); });
  server->stop();
  run_until([&] { return ended; });
  EXPECT_TRUE(peer->closed);
}

TEST_F(ServerTest, GivesOnlyTheHeadOfAStreamToHead) {
  start();
  const auto peer = connect();
  peer->send("HEAD /stream HTTP/1.1\r\nHost: test\r\n\r\n");
  run_until([&] { return peer->closed; });
  EXPECT_THAT(peer->received, EndsWith("\r\n\r\n"));
}

}  // namespace
}  // namespace tender::http
