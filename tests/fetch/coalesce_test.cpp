// Callers who want the same share one request; none of them suffers from another's leaving.
#include <algorithm>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include "fetch_fixture.hpp"

namespace tender::fetch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::SizeIs;

class Coalescing : public FetchTest {
 protected:
  Coalescing() { transport.hosts["a"] = always(answer(200, member_list(3), 100ms)); }
};

TEST_F(Coalescing, AsksOnceForAThousandCallersAndGivesAllTheSameBuffer) {
  std::vector<Caller> callers(1000);
  std::ranges::generate(callers, [this] { return call_members("r1"); });
  clock.advance(100ms);
  EXPECT_THAT(transport.requests, SizeIs(1));
  const Outcome first = outcome(callers.front());
  EXPECT_EQ(*first.bytes, member_list(3));
  for (const Caller& caller : callers) {
    EXPECT_EQ(outcome(caller).bytes, first.bytes);
  }
}

TEST_F(Coalescing, LetsWhoComesLaterJoinWhatIsUnderWay) {
  const Caller first = call_members("r1");
  clock.advance(99ms);
  const Caller second = call_members("r1");
  clock.advance(1ms);
  EXPECT_THAT(transport.requests, SizeIs(1));
  EXPECT_EQ(outcome(second).bytes, outcome(first).bytes);
}

TEST_F(Coalescing, AsksAfreshOnceTheAnswerIsThere) {
  const Caller first = call_members("r1");
  clock.advance(100ms);
  const Caller second = call_members("r1");
  transport.hosts["b"] = transport.hosts["a"];
  clock.advance(100ms);
  EXPECT_THAT(transport.requests, SizeIs(2));
  EXPECT_NE(outcome(second).bytes, outcome(first).bytes);
}

TEST_F(Coalescing, KeepsRelaysAndOperationsApart) {
  transport.hosts["a"] = [](const http::Request& request) {
    return answer(200, request.url.target().starts_with("/nip11") ? "{}" : member_list(1), 100ms);
  };
  call_members("r1");
  call_members("r2");
  call(Opts(Op::nip11, "r1"));
  settle();
  EXPECT_THAT(targets(), ElementsAre("/members/r1", "/members/r2", "/nip11/r1"));
}

TEST_F(Coalescing, SharesAnErrorToo) {
  addresses = {"http://a"};
  transport.hosts["a"] = always(failure(http::Fault::refused, 100ms));
  const Caller first = call_members("r1");
  const Caller second = call_members("r1");
  clock.advance(100ms);
  EXPECT_THAT(transport.requests, SizeIs(1));
  EXPECT_EQ(error(first).kind, ErrorKind::unreachable);
  EXPECT_EQ(error(second).exchange, error(first).exchange);
}

TEST_F(Coalescing, GoesOnForTheOthersWhenOneLeaves) {
  const Caller first = call_members("r1");
  const Caller second = call_members("r1");
  settle();
  cancel(first);
  EXPECT_TRUE(first->cancelled);
  EXPECT_FALSE(second->over());
  clock.advance(100ms);
  EXPECT_EQ(*outcome(second).bytes, member_list(3));
  EXPECT_EQ(transport.cut_short, 0);
}

TEST_F(Coalescing, EndsTheRequestWhenTheLastOneLeaves) {
  const Caller first = call_members("r1");
  const Caller second = call_members("r1");
  settle();
  cancel(first);
  cancel(second);
  EXPECT_EQ(transport.under_way, 0);
  EXPECT_EQ(transport.cut_short, 1);
}

TEST_F(Coalescing, AsksAfreshForWhoComesAfterTheLastOneHasLeft) {
  cancel(call_members("r1"));
  const Caller next = call_members("r1");
  clock.advance(100ms);
  EXPECT_EQ(*outcome(next).bytes, member_list(3));
}

TEST_F(Coalescing, IsAsStrictAsTheStrictestCaller) {
  addresses = {"http://a"};
  const std::string twice =
      "{\"members\":[\"" + std::string(64, '0') + "\",\"" + std::string(64, '0') + "\"]}";
  transport.hosts["a"] = always(answer(200, twice, 100ms));
  const Caller lax = call_members("r1");
  Opts opts(Op::members, "r1");
  opts.checks.unique = true;
  const Caller strict = call(opts);
  clock.advance(100ms);
  EXPECT_EQ(error(strict).kind, ErrorKind::invalid);
  EXPECT_EQ(error(lax).kind, ErrorKind::invalid);
}

TEST_F(Coalescing, EndsEveryCallerWhenTheServiceStops) {
  options.requests_max = 1;
  const Caller running = call_members("r1");
  const Caller waiting = call_members("r2");
  settle();
  service().stop();
  settle();
  EXPECT_EQ(error(running).kind, ErrorKind::stopped);
  EXPECT_EQ(error(waiting).kind, ErrorKind::stopped);
  const Caller late = call_members("r3");
  settle();
  EXPECT_EQ(error(late).kind, ErrorKind::stopped);
  EXPECT_EQ(transport.under_way, 0);
}

// As when what runs beside it fails.
TEST(FetchService, EndsEveryCallerWhenItsWorkerIsCancelled) {
  boost::asio::io_context io;
  test::VirtualClock clock(io);
  FakeTransport transport(clock);
  FakePeer peer;
  transport.hosts["a"] = hangs();
  Service service(transport, clock, peer, {http::Url::parse("http://a")}, {});
  boost::asio::cancellation_signal cancel;
  const auto ignore = [](const std::exception_ptr&) {};
  boost::asio::co_spawn(io, service.run(),
                        boost::asio::bind_cancellation_slot(cancel.slot(), ignore));
  std::optional<Result> result;
  boost::asio::co_spawn(
      io, service.fetch(Opts(Op::members, "r1")),
      [&result](const std::exception_ptr&, Result came) { result = std::move(came); });
  clock.run_ready();
  ASSERT_FALSE(result);
  cancel.emit(boost::asio::cancellation_type::terminal);
  clock.run_ready();
  ASSERT_TRUE(result);
  EXPECT_EQ(std::get<Error>(result->value).kind, ErrorKind::stopped);
}

TEST(FetchService, EndsTheCallerWhomTheWorkerHasNotSeenWhenItStops) {
  boost::asio::io_context io;
  test::VirtualClock clock(io);
  FakeTransport transport(clock);
  FakePeer peer;
  std::vector<http::Url> addresses{http::Url::parse("http://a")};
  Service service(transport, clock, peer, addresses, {});
  std::optional<Result> heard;
  auto ended = [&heard](const std::exception_ptr& error, Result result) {
    ASSERT_FALSE(error);
    heard = std::move(result);
  };
  boost::asio::co_spawn(io, service.fetch(Opts(Op::members, "r1")), ended);
  clock.run_ready();
  service.stop();
  boost::asio::co_spawn(io, service.run(), [](const std::exception_ptr&) {});
  clock.run_ready();
  ASSERT_TRUE(heard);
  EXPECT_EQ(std::get<Error>(heard->value).kind, ErrorKind::stopped);
  EXPECT_TRUE(transport.requests.empty());
}

TEST(FetchService, AsksNothingForWhoLeavesBeforeTheWorkerHasSeenThem) {
  boost::asio::io_context io;
  test::VirtualClock clock(io);
  FakeTransport transport(clock);
  FakePeer peer;
  std::vector<http::Url> addresses{http::Url::parse("http://a")};
  Service service(transport, clock, peer, addresses, {});
  boost::asio::cancellation_signal cancel;
  bool left = false;
  auto ended = [&left](const std::exception_ptr& error, const Result&) { left = error != nullptr; };
  boost::asio::co_spawn(io, service.fetch(Opts(Op::members, "r1")),
                        boost::asio::bind_cancellation_slot(cancel.slot(), ended));
  clock.run_ready();
  cancel.emit(boost::asio::cancellation_type::terminal);
  clock.run_ready();
  EXPECT_TRUE(left);
  boost::asio::co_spawn(io, service.run(), [](const std::exception_ptr&) {});
  clock.run_ready();
  EXPECT_TRUE(transport.requests.empty());
  service.stop();
  clock.run_ready();
}

// What is suspended when the io_context goes must neither leak nor touch what is gone: for
// AddressSanitizer.
TEST(FetchService, MayBeDestroyedInTheMiddle) {
  FakePeer peer;
  auto io = std::make_unique<boost::asio::io_context>();
  test::VirtualClock clock(*io);
  FakeTransport transport(clock);
  transport.hosts["a"] = hangs();
  std::vector<http::Url> addresses{http::Url::parse("http://a")};
  auto service = std::make_unique<Service>(transport, clock, peer, addresses, ServiceOptions{});
  boost::asio::co_spawn(*io, service->run(), [](const std::exception_ptr&) {});
  for (const char* const relay : {"r1", "r1", "r2"}) {
    boost::asio::co_spawn(*io, service->fetch(Opts(Op::members, relay)),
                          [](const std::exception_ptr&, const Result&) {});
  }
  clock.run_ready();
  EXPECT_EQ(transport.under_way, 2);
  service.reset();
  io.reset();
  EXPECT_EQ(transport.under_way, 0);
}

}  // namespace
}  // namespace tender::fetch
