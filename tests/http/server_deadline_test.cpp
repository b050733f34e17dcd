// How long the server waits, for how many, and how it ends.
#include "server_fixture.hpp"

namespace tender::http {
namespace {

using namespace std::chrono_literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr auto kHalfHead = "GET /echo HTTP/1.1\r\nHost:";
constexpr auto kHalfBody = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhalf";

struct ServerDeadlineTest : ServerTest {
  // Has the server take what was sent.
  void run_ready() {
    for (int i = 0; i < 10; ++i) {
      clock.run_ready();
    }
  }
  // Sends a byte each second.
  void trickle(const std::shared_ptr<Peer>& peer, int seconds) {
    for (int i = 0; i < seconds && !peer->closed && peer->received.empty(); ++i) {
      peer->send("a");
      run_ready();
      clock.advance(1s);
    }
  }
  void expect_timeout(const std::shared_ptr<Peer>& peer) {
    run_until([&] { return peer->received.ends_with("}\n"); });
    EXPECT_THAT(peer->received, StartsWith("HTTP/1.1 408 Request Timeout\r\n"));
  }
  // A client that sends `begin` and then a byte each second: not a millisecond sooner or later.
  void expect_timeout_after(int seconds, const std::string& begin) {
    start();
    const auto peer = connect();
    run_ready();
    peer->send(begin);
    trickle(peer, seconds - 1);
    clock.advance(999ms);
    run_ready();
    EXPECT_EQ(peer->received, "");
    clock.advance(1ms);
    expect_timeout(peer);
  }
  std::shared_ptr<Peer> connect_busy() {
    const int before = handling;
    auto peer = connect();
    peer->send(get("/wait"));
    run_until([&] { return handling == before + 1; });
    return peer;
  }
};

TEST_F(ServerDeadlineTest, GivesAHeadFiveSecondsHoweverItTrickles) {
  expect_timeout_after(5, kHalfHead);
}

TEST_F(ServerDeadlineTest, GivesARequestTenSecondsHoweverItTrickles) {
  expect_timeout_after(10, kHalfBody);
}

TEST_F(ServerDeadlineTest, CountsALaterRequestFromItsFirstByte) {
  start();
  const auto peer = connect();
  ask(peer, get("/echo"));
  clock.advance(50s);
  peer->send(kHalfHead);
  run_ready();
  clock.advance(4999ms);
  run_ready();
  EXPECT_EQ(peer->received, "");
  clock.advance(1ms);
  expect_timeout(peer);
}

TEST_F(ServerDeadlineTest, ClosesAConnectionThatSendsNothing) {
  start();
  const auto fresh = connect();
  const auto idle = connect();
  ask(idle, get("/echo"));
  run_ready();
  clock.advance(5s);
  run_until([&] { return fresh->closed; });
  EXPECT_EQ(fresh->received, "");
  clock.advance(54'999ms);
  run_ready();
  EXPECT_FALSE(idle->closed);
  clock.advance(1ms);
  run_until([&] { return idle->closed; });
  EXPECT_EQ(idle->received, "");
}

TEST_F(ServerDeadlineTest, ClosesOnAClientThatDoesNotReadItsAnswer) {
  start();
  const auto peer = connect_mute();
  peer->send(get("/large"));
  run_ready();
  EXPECT_TRUE(finished.empty());
  clock.advance(10s);
  run_until([&] { return !finished.empty(); });
  EXPECT_EQ(finished, std::vector<bool>{false});
}

TEST_F(ServerDeadlineTest, ClosesOnAClientThatDoesNotReadAPieceOfItsStream) {
  start();
  const auto peer = connect_mute();
  peer->send(get("/stream"));
  run_ready();
  clock.advance(1h);
  EXPECT_TRUE(finished.empty());
  feed(std::string(32'000'000, 'x'));
  run_ready();
  clock.advance(10s);
  run_until([&] { return !finished.empty(); });
  EXPECT_EQ(finished, std::vector<bool>{false});
}

TEST_F(ServerDeadlineTest, ReadsOnOnlyForASecondAfterARefusal) {
  start();
  const auto peer = connect();
  EXPECT_THAT(ask(peer, "nonsense\n"), StartsWith("HTTP/1.1 400 "));
  peer->send("more");
  run_ready();
  clock.advance(1s);
  server->stop();
  run_until([&] { return ended; });
}

TEST_F(ServerDeadlineTest, GoesByTheSteadyClock) {
  start();
  const auto peer = connect();
  run_ready();
  peer->send(kHalfHead);
  run_ready();
  clock.jump(1h);
  run_ready();
  clock.jump(-2h);
  run_ready();
  EXPECT_EQ(peer->received, "");
  EXPECT_THAT(ask(peer, " a\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerDeadlineTest, LetsAHandlerTakeItsTime) {
  start();
  const auto peer = connect_busy();
  clock.advance(1h);
  EXPECT_FALSE(peer->closed);
  release();
  run_until([&] { return peer->received.ends_with("waited"); });
}

TEST_F(ServerDeadlineTest, LeavesClientsBeyondItsLimitWaiting) {
  limits.max_connections = 2;
  start();
  const auto one = connect_busy();
  const auto two = connect_busy();
  const auto third = connect();
  third->send(get("/echo"));
  run_ready();
  EXPECT_EQ(third->received, "");
  release();
  run_until([&] { return third->received.ends_with("GET /echo  "); });
  EXPECT_THAT(one->received, EndsWith("waited"));
  EXPECT_THAT(two->received, EndsWith("waited"));
}

TEST_F(ServerDeadlineTest, ClosesTheLongestIdleConnectionForAClientThatWaits) {
  limits.max_connections = 3;
  start();
  const auto busy = connect_busy();
  const auto older = connect();
  ask(older, get("/echo"));
  clock.advance(1s);
  const auto newer = connect();
  ask(newer, get("/echo"));
  clock.advance(1s);
  EXPECT_THAT(ask(connect(), get("/echo")), StartsWith("HTTP/1.1 200 "));
  run_until([&] { return older->closed; });
  run_ready();
  EXPECT_FALSE(newer->closed);
  EXPECT_FALSE(busy->closed);
}

TEST_F(ServerDeadlineTest, StopsAtOnceWhenNothingIsUnderWay) {
  start();
  const auto fresh = connect();
  const auto idle = connect();
  ask(idle, get("/echo"));
  const auto silent = connect();
  silent->send(get("/silence"));
  run_ready();
  server->stop();
  run_until([&] { return ended && fresh->closed && idle->closed && silent->closed; });
  EXPECT_EQ(finished, std::vector<bool>{false});
}

TEST_F(ServerDeadlineTest, FinishesWhatIsUnderWayBeforeItEnds) {
  start();
  const auto waiting = connect_busy();
  const auto sending = connect();
  sending->send(kHalfBody);
  run_ready();
  server->stop();
  run_ready();
  EXPECT_FALSE(ended);
  sending->send(std::string(96, 'x'));
  release();
  run_until([&] { return ended && waiting->closed && sending->closed; });
  EXPECT_THAT(waiting->received, EndsWith("waited"));
  EXPECT_THAT(waiting->received, HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(sending->received, StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerDeadlineTest, WaitsForNothingBeyondItsDrainButTheHandler) {
  limits.drain = 3s;
  start();
  const auto waiting = connect_busy();
  const auto sending = connect();
  sending->send(kHalfBody);
  run_ready();
  server->stop();
  run_ready();
  clock.advance(3s);
  run_until([&] { return sending->closed; });
  EXPECT_THAT(sending->received, testing::AnyOf("", StartsWith("HTTP/1.1 408 ")));
  EXPECT_FALSE(ended);
  release();
  run_until([&] { return ended && waiting->closed; });
  EXPECT_EQ(waiting->received, "") << "its client was told nothing in time";
}

TEST_F(ServerDeadlineTest, MayBeDestroyedWhileItServes) {
  start();
  const auto waiting = connect_busy();
  server.reset();
  release();
  run_until([&] { return ended; });
  EXPECT_THAT(waiting->received, EndsWith("waited"));
}

}  // namespace
}  // namespace tender::http
