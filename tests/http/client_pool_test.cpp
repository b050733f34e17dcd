// Which connection an exchange gets, and when a request goes out a second time.
#include <boost/asio/co_spawn.hpp>

#include "client_fixture.hpp"
#include "failing_send.hpp"

namespace tender::http {
namespace {

using test::answer;
using test::answer_always;
using test::RawServer;
using test::Step;
using testing::HasSubstr;
using testing::StartsWith;

class ClientPool : public ClientTest {
 protected:
  ClientPool() { server.always(answer_always(answer(200, "ok"))); }
};

TEST_F(ClientPool, UsesAConnectionAgain) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(answered(post("{}")).body, "ok");
  }
  EXPECT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(ClientPool, GivesUpAConnectionThatTheAnswerEnds) {
  const std::vector<std::string> last_words = {
      answer(200, "", "Connection: close\r\n"),
      "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
      answer(200) + "surplus",
  };
  for (const std::string& text : last_words) {
    server.always(answer_always(text));
    EXPECT_EQ(answered(get()).status, 200);
    run_until([&] { return server.open() == 0; });
  }
}

TEST_F(ClientPool, KeepsAnHttp10ConnectionWhenAsked) {
  server.always(
      answer_always("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n"));
  (void)answered(get());
  (void)answered(get());
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(ClientPool, TakesAFreshConnectionWhenTheServerHasClosedTheIdleOne) {
  server.next({Step::read_request(), Step::send(answer(200)), Step::close()});
  (void)answered(post("first"));
  run_until([&] { return server.open() == 0; });
  EXPECT_EQ(answered(post("second")).body, "ok");
  EXPECT_EQ(server.accepted(), 2U);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ClientPool, DistrustsAnIdleConnectionOnWhichDataHasCome) {
  server.next({Step::read_request(), Step::send(answer(200)), Step::wait(),
               Step::send(answer(200, "poison")), Step::hang()});
  (void)answered(get());
  server.release();
  run_until([&] { return server.sent() == 2; });
  EXPECT_EQ(answered(get()).body, "ok");
  EXPECT_EQ(server.accepted(), 2U);
}

TEST_F(ClientPool, DoesNotSendAgainWhatMayHaveArrived) {
  server.next({Step::read_request(), Step::send(answer(200)), Step::read_request(), Step::close()});
  (void)answered(post("first"));
  const Failure failure = failed(post("second"));
  EXPECT_EQ(failure.fault, Fault::closed);
  EXPECT_TRUE(failure.written);
  EXPECT_THAT(failure.detail, HasSubstr("closed the connection without an answer"));
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(ClientPool, SendsAgainWhenNoByteOfTheRequestWasWritten) {
  (void)answered(post("first"));
  fail_send_after(0);
  EXPECT_EQ(answered(post("second")).body, "ok");
  EXPECT_TRUE(send_has_failed());
  EXPECT_EQ(server.accepted(), 2U);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ClientPool, DoesNotSendAgainAfterTheFirstByte) {
  (void)answered(post("first"));
  fail_send_after(1);
  const Failure failure = failed(post("second"));
  EXPECT_TRUE(send_has_failed());
  EXPECT_EQ(failure.fault, Fault::closed);
  EXPECT_TRUE(failure.written);
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(ClientPool, ReportsAFailedSendOnAFreshConnection) {
  // The connection itself sends nothing, so that the request is the next thing sent.
  fail_send_after(0);
  const Failure failure = failed(post("first"));
  EXPECT_EQ(failure.fault, Fault::closed);
  EXPECT_FALSE(failure.written);
  EXPECT_EQ(server.accepted(), 1U);
}

TEST_F(ClientPool, KeepsConnectionsOfDifferentOriginsApart) {
  RawServer other(io);
  other.always(answer_always(answer(200, "other")));
  Request elsewhere = get();
  elsewhere.url = Url::parse(other.url());
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(answered(get()).body, "ok");
    EXPECT_EQ(answered(elsewhere).body, "other");
  }
  EXPECT_EQ(server.accepted(), 1U);
  EXPECT_EQ(other.accepted(), 1U);
  other.stop();
}

TEST_F(ClientPool, MakesRoomForAnotherOrigin) {
  options.max_connections = 1;
  RawServer other(io);
  other.always(answer_always(answer(200, "other")));
  Request elsewhere = get();
  elsewhere.url = Url::parse(other.url());
  EXPECT_EQ(answered(get()).body, "ok");
  EXPECT_EQ(answered(elsewhere).body, "other");
  run_until([&] { return server.open() == 0; });
  EXPECT_EQ(other.open(), 1U);
  other.stop();
}

TEST_F(ClientPool, NeverHasMoreConnectionsThanItsBound) {
  options.max_connections = 3;
  server.always({Step::read_request(), Step::wait(), Step::send(answer(200)), Step::again()});
  std::vector<Pending> pending(8);
  for (Pending& each : pending) {
    each = start(get());
  }
  run_until([&] { return server.requests().size() == 3; });
  io.poll();
  EXPECT_EQ(server.requests().size(), 3U);
  for (int i = 0; i < 3; ++i) {
    server.release();
    server.release();
    server.release();
  }
  for (const Pending& each : pending) {
    run_until([&] { return each->has_value(); });
    EXPECT_EQ(response_of(each).status, 200);
  }
  EXPECT_EQ(server.most_open(), 3U);
  EXPECT_EQ(server.accepted(), 3U);
}

TEST_F(ClientPool, ServesWaitersInTheOrderOfTheirComing) {
  options.max_connections = 1;
  const std::vector<std::string> paths = {"/1", "/2", "/3", "/4"};
  Pending last;
  for (const std::string& path : paths) {
    last = start(get(path));
  }
  run_until([&] { return last->has_value(); });
  ASSERT_EQ(server.requests().size(), paths.size());
  for (std::size_t i = 0; i < paths.size(); ++i) {
    EXPECT_THAT(server.requests()[i], StartsWith("GET " + paths[i] + " "));
  }
}

TEST_F(ClientPool, LetsAWaiterGoAtItsOwnDeadline) {
  options.max_connections = 1;
  server.next({Step::read_request(), Step::wait(), Step::send(answer(200)), Step::again()});
  const Pending first = start(get("/first"));
  run_until([&] { return server.requests().size() == 1; });
  const Pending second = start(soon(get("/second")));
  const Pending third = start(get("/third"));
  run_until([&] { return second->has_value(); });
  const Failure failure = failure_of(second);
  EXPECT_EQ(failure.fault, Fault::timeout);
  EXPECT_FALSE(failure.written);
  EXPECT_THAT(failure.detail, HasSubstr("waiting for a free connection"));
  EXPECT_FALSE(first->has_value());
  server.release();
  server.release();
  run_until([&] { return third->has_value(); });
  EXPECT_EQ(response_of(first).status, 200);
  EXPECT_EQ(response_of(third).status, 200);
  EXPECT_EQ(server.requests().size(), 2U);
}

TEST_F(ClientPool, GivesThePlaceOfAFailedExchangeToTheNext) {
  options.max_connections = 1;
  server.next({Step::read_request(), Step::reset()});
  const Pending first = start(get());
  const Pending second = start(get());
  run_until([&] { return second->has_value(); });
  EXPECT_EQ(failure_of(first).fault, Fault::closed);
  EXPECT_EQ(response_of(second).body, "ok");
}

TEST_F(ClientPool, ClosesAConnectionThatIsIdleTooLong) {
  options.idle_timeout = Milliseconds(20);
  (void)answered(get());
  EXPECT_EQ(server.open(), 1U);
  run_until([&] { return server.open() == 0; });
}

TEST_F(ClientPool, EndsEverythingWhenStopped) {
  options.max_connections = 2;
  server.next(answer_always(answer(200)));
  (void)answered(get());  // leaves an idle connection
  server.always({Step::read_request(), Step::hang()});
  server.next({Step::read_request(), Step::hang()});
  RawServer other(io);
  Request elsewhere = get();
  elsewhere.url = Url::parse(other.url());
  const Pending in_flight = start(elsewhere);
  run_until([&] { return other.requests().size() == 1; });
  EXPECT_EQ(server.open(), 1U);

  const Pending second = start(elsewhere);
  run_until([&] { return other.requests().size() == 2; });
  const Pending waiting = start(get());
  io.poll();
  client().stop();
  other.stop();
  server.stop();
  io.run();  // returns, since nothing is left to wait for
  for (const Pending& each : {in_flight, second, waiting}) {
    ASSERT_TRUE(each->has_value());
    EXPECT_EQ(failure_of(each).fault, Fault::stopped);
  }
  EXPECT_TRUE(failure_of(in_flight).written);
  EXPECT_FALSE(failure_of(waiting).written);
  EXPECT_THAT(failure_of(waiting).detail, HasSubstr("stopped while waiting for a free"));
  EXPECT_EQ(server.open() + other.open(), 0U);
}

TEST_F(ClientPool, ClosesIdleConnectionsWhenStopped) {
  (void)answered(get());
  client().stop();
  run_until([&] { return server.open() == 0; });
}

TEST_F(ClientPool, TakesNoExchangeOnceStopped) {
  client().stop();
  const Failure failure = failed(get());
  EXPECT_EQ(failure.fault, Fault::stopped);
  EXPECT_FALSE(failure.written);
  EXPECT_EQ(server.accepted(), 0U);
}

TEST(ClientLifetime, LetsTheIoContextGoWithExchangesUnderWay) {
  std::optional<boost::asio::io_context> io;
  io.emplace();
  std::optional<RawServer> server(std::in_place, *io);
  ClientOptions options;
  options.max_connections = 1;
  std::optional<Client> client(std::in_place, io->get_executor(), options);
  const Request request(Method::get, Url::parse(server->url()));
  auto running = client->exchange(request);
  auto waiting = client->exchange(request);
  int results = 0;
  const auto count = [&](std::exception_ptr, const Exchange&) { ++results; };
  boost::asio::co_spawn(*io, std::move(running), count);
  boost::asio::co_spawn(*io, std::move(waiting), count);
  while (server->requests().empty()) {
    io->run_one();
  }
  client.reset();
  server.reset();
  io.reset();
  EXPECT_EQ(results, 0);
}

}  // namespace
}  // namespace tender::http
