// One deadline for the whole exchange: where it passes, and that the message says so. No test here
// depends on how long anything takes: the peer simply never goes on.
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "client_fixture.hpp"
#include "fake_dns.hpp"

namespace tender::http {
namespace {

using test::answer;
using test::Step;

namespace asio = boost::asio;
using asio::ip::tcp;

class ClientDeadline : public ClientTest {
 protected:
  void expect_timeout(const Request& request, bool written, const std::string& doing) {
    const Failure failure = failed(soon(request));
    EXPECT_EQ(failure.fault, Fault::timeout);
    EXPECT_EQ(failure.written, written);
    EXPECT_EQ(failure.detail, "timeout after 50 ms while " + doing + " " + request.url.host() +
                                  ":" + std::to_string(request.url.port()));
  }
};

TEST_F(ClientDeadline, PassesWhileTheNameIsLookedUp) {
  FakeDns dns;
  dns.hang("slow.test");
  expect_timeout(Request(Method::get, Url::parse("http://slow.test/")), false,
                 "resolving the name of");
  EXPECT_EQ(dns.lookups(), 1U);
}

TEST_F(ClientDeadline, PassesWhileConnecting) {
  // With a full queue of connections that nobody accepts, Linux drops further attempts.
  tcp::acceptor full(io);
  full.open(tcp::v4());
  full.bind(tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  full.listen(0);
  tcp::socket queued(io);
  queued.connect(full.local_endpoint());
  const std::string url = "http://127.0.0.1:" + std::to_string(full.local_endpoint().port());
  expect_timeout(Request(Method::get, Url::parse(url)), false, "connecting to");
}

TEST_F(ClientDeadline, PassesInTheTlsHandshake) {
  server.always({Step::hang()});
  const std::string url = "https://127.0.0.1:" + std::to_string(server.port());
  expect_timeout(Request(Method::post, Url::parse(url)), false, "in the TLS handshake with");
}

TEST_F(ClientDeadline, PassesWhileSending) {
  server.always({Step::wait()});
  expect_timeout(post(std::string(32 << 20, 'x')), true, "sending the request to");
}

TEST_F(ClientDeadline, PassesWhileWaitingForTheAnswer) {
  expect_timeout(post("{}"), true, "waiting for the answer from");
}

TEST_F(ClientDeadline, PassesWhileReading) {
  server.always({Step::read_request(), Step::send("HTTP/1.1 200 OK\r\n"), Step::hang()});
  expect_timeout(get(), true, "reading the answer from");
}

TEST_F(ClientDeadline, PassesAtOnceWhenThereIsNoTime) {
  Request request = get();
  request.timeout = Milliseconds(0);
  const Failure failure = failed(request);
  EXPECT_EQ(failure.fault, Fault::timeout);
}

TEST_F(ClientDeadline, ClosesTheConnectionThatWasTooSlow) {
  (void)failed(soon(get()));
  run_until([&] { return server.open() == 0; });
}

// A caller that no longer wants its answer, as one that has lost a race.
class ClientCancellation : public ClientTest {
 protected:
  void start_and_cancel(Request request, const std::function<bool()>& when) {
    asio::cancellation_signal cancel;
    bool ended = false;
    auto note_end = [&ended](const std::exception_ptr&, const Exchange&) { ended = true; };
    asio::co_spawn(io, client().exchange(std::move(request)),
                   asio::bind_cancellation_slot(cancel.slot(), note_end));
    run_until(when);
    cancel.emit(asio::cancellation_type::terminal);
    run_until([&ended] { return ended; });
  }
};

TEST_F(ClientCancellation, ClosesTheConnection) {
  start_and_cancel(get(), [this] { return server.requests().size() == 1; });
  run_until([this] { return server.open() == 0; });
}

TEST_F(ClientCancellation, GivesThePlaceToTheNext) {
  options.max_connections = 1;
  start_and_cancel(get(), [this] { return server.requests().size() == 1; });
  server.always(test::answer_always(answer(200, "ok")));
  EXPECT_EQ(answered(get()).body, "ok");
}

TEST_F(ClientCancellation, LeavesTheQueue) {
  options.max_connections = 1;
  const Pending first = start(get("/first"));
  run_until([this] { return server.requests().size() == 1; });
  bool turned = false;
  asio::post(io, [&turned] { turned = true; });
  start_and_cancel(get("/second"), [&turned] { return turned; });
  client().stop();
  run_until([&first] { return first->has_value(); });
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST_F(ClientCancellation, DoesNotWaitForASlowName) {
  FakeDns dns;
  dns.hang("slow.test");
  Request request(Method::get, Url::parse("http://slow.test/"));
  request.timeout = std::chrono::seconds(20);
  start_and_cancel(std::move(request), [this, &dns] {
    asio::post(io, [] {});  // the lookup begins in a thread of asio's, which wakes nobody
    return dns.lookups() == 1;
  });
}

TEST_F(ClientDeadline, LeavesTheAnswerOfASlowNameToNobody) {
  FakeDns dns;
  dns.add("slow.test", {"127.0.0.1"});
  dns.hang("slow.test");
  const std::string url = "http://slow.test:" + std::to_string(server.port());
  (void)failed(soon(Request(Method::get, Url::parse(url))));
  dns.release();
  server.always(test::answer_always(answer(200, "ok")));
  EXPECT_EQ(answered(get()).body, "ok");
  EXPECT_EQ(server.accepted(), 1U);
}

}  // namespace
}  // namespace tender::http
