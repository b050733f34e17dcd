// How many fetches run side by side, and what becomes of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetch_fixture.hpp"

namespace tender::fetch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

class FetchQueue : public FetchTest {
 protected:
  FetchQueue() {
    addresses = {"http://a"};
    options.requests_max = 2;
    options.waiting_max = 2;
    transport.hosts["a"] = always(answer(200, member_list(1), 100ms));
  }
};

TEST_F(FetchQueue, RunsAsManyFetchesAsItMayAndTheOthersInTheirOrder) {
  options.waiting_max = 10;
  std::vector<Caller> callers;
  for (const char* const relay : {"r1", "r2", "r3", "r4", "r5"}) {
    callers.push_back(call_members(relay));
  }
  settle();
  EXPECT_THAT(targets(), ElementsAre("/members/r1", "/members/r2"));
  clock.advance(100ms);
  EXPECT_THAT(targets(), ElementsAre("/members/r1", "/members/r2", "/members/r3", "/members/r4"));
  clock.advance(200ms);
  EXPECT_EQ(targets().back(), "/members/r5");
  EXPECT_EQ(transport.most_under_way, 2);
  for (const Caller& caller : callers) {
    (void)outcome(caller);
  }
}

TEST_F(FetchQueue, SaysThatItIsBusyWhenTooManyWait) {
  for (const char* const relay : {"r1", "r2", "r3", "r4"}) {
    call_members(relay);
  }
  const Caller one_too_many = call_members("r5");
  settle();
  EXPECT_EQ(error(one_too_many).kind, ErrorKind::busy);
  EXPECT_THAT(error(one_too_many).detail, HasSubstr("2 requests are under way and 2 more wait"));
  EXPECT_EQ(error(one_too_many).exchange, nullptr);
}

TEST_F(FetchQueue, LetsAnyNumberJoinWhatRunsOrWaits) {
  for (const char* const relay : {"r1", "r2", "r3", "r4"}) {
    call_members(relay);
  }
  const Caller joins_running = call_members("r1");
  const Caller joins_waiting = call_members("r4");
  clock.advance(200ms);
  (void)outcome(joins_running);
  (void)outcome(joins_waiting);
  EXPECT_THAT(transport.requests, SizeIs(4));
}

TEST_F(FetchQueue, HasRoomAgainWhenOneThatWaitedLeaves) {
  const Caller r1 = call_members("r1");
  const Caller r2 = call_members("r2");
  const Caller r3 = call_members("r3");
  const Caller r4 = call_members("r4");
  settle();
  cancel(r3);
  const Caller r5 = call_members("r5");
  clock.advance(200ms);
  EXPECT_THAT(targets(), ElementsAre("/members/r1", "/members/r2", "/members/r4", "/members/r5"));
  (void)outcome(r5);
}

TEST_F(FetchQueue, GivesThePlaceOfADesertedFetchToTheNext) {
  const Caller r1 = call_members("r1");
  call_members("r2");
  call_members("r3");
  settle();
  cancel(r1);
  EXPECT_THAT(targets(), ElementsAre("/members/r1", "/members/r2", "/members/r3"));
}

TEST_F(FetchQueue, EndsAWaitThatLastsLongerThanTheBudget) {
  transport.hosts["a"] = hangs();
  call_members("r1");
  call_members("r2");
  Opts opts(Op::members, "r3");
  opts.budget = 1s;
  const Caller impatient = call(opts);
  clock.advance(999ms);
  EXPECT_FALSE(impatient->over());
  clock.advance(1ms);
  EXPECT_EQ(error(impatient).kind, ErrorKind::timeout);
  EXPECT_THAT(transport.requests, SizeIs(2));
}

TEST_F(FetchQueue, TakesTheTimeInTheQueueFromTheBudget) {
  transport.hosts["a"] = hangs();
  Opts first(Op::members, "r1");
  first.attempt = 2s;
  first.budget = 2s;
  call(first);
  first.relay = "r2";
  call(first);
  const Caller waits = call_members("r3");  // 5 s in all
  clock.advance(2s);
  ASSERT_EQ(transport.requests.size(), 3U);
  EXPECT_EQ(transport.requests[2].timeout, 3s);
  clock.advance(3s);
  EXPECT_EQ(error(waits).kind, ErrorKind::unreachable);
}

TEST_F(FetchQueue, CountsARaceAsOneFetch) {
  addresses = {"http://a", "http://b"};
  transport.hosts["b"] = transport.hosts["a"];
  for (const char* const relay : {"r1", "r2", "r3"}) {
    Opts opts(Op::members, relay);
    opts.growth = FanoutGrowth::fixed(2);
    call(opts);
  }
  settle();
  EXPECT_THAT(transport.requests, SizeIs(4));
}

}  // namespace
}  // namespace tender::fetch
