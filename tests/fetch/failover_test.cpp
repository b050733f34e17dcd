// Which addresses are asked, in which rounds, and whose answer counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fetch_fixture.hpp"

namespace tender::fetch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;

class Failover : public FetchTest {
 protected:
  Failover() {
    for (const char* const host : {"a", "b", "c", "d", "e", "f", "g"}) {
      transport.hosts[host] = always(answer(200, member_list(2), 10ms));
    }
  }

  static Opts members(FanoutGrowth growth) {
    Opts opts(Op::members, "r1");
    opts.growth = growth;
    return opts;
  }
};

TEST_F(Failover, AsksOneAddressWhenItAnswers) {
  const Caller caller = call_members("r1");
  clock.advance(10ms);
  EXPECT_EQ(outcome(caller).address.text(), "http://a/");
  EXPECT_THAT(asked(), ElementsAre("a"));
}

TEST_F(Failover, GoesToTheNextAddressWhenOneIsDead) {
  transport.hosts["a"] = always(failure(http::Fault::refused));
  const Caller caller = call_members("r1");
  clock.advance(10ms);
  EXPECT_EQ(outcome(caller).address.text(), "http://b/");
  EXPECT_THAT(asked(), ElementsAre("a", "b"));
}

TEST_F(Failover, MakesTheRequestForTheAddressThatItGoesTo) {
  transport.hosts["a"] = always(failure(http::Fault::refused));
  call_members("r1");
  settle();
  ASSERT_EQ(transport.requests.size(), 2U);
  EXPECT_EQ(transport.requests[0].headers[0].value, "for a");
  EXPECT_EQ(transport.requests[1].headers[0].value, "for b");
}

TEST_F(Failover, DoesNotServeAnAnswerThatIsNotValid) {
  transport.hosts["a"] = always(answer(200, R"({"members":["garbage"]})"));
  const Caller caller = call_members("r1");
  clock.advance(10ms);
  EXPECT_EQ(*outcome(caller).bytes, member_list(2));
  EXPECT_EQ(outcome(caller).address.text(), "http://b/");
}

TEST_F(Failover, PassesOverAnAddressThatAnswersWithAFault) {
  transport.hosts["a"] = always(answer(502, ""));
  const Caller caller = call_members("r1");
  clock.advance(10ms);
  EXPECT_EQ(outcome(caller).address.text(), "http://b/");
}

TEST_F(Failover, TakesThePeersOwnWordForFinal) {
  transport.hosts["a"] = always(answer(404, "no such relay"));
  const Caller caller = call_members("r1");
  settle();
  const Error refused = error(caller);
  EXPECT_EQ(refused.kind, ErrorKind::refused);
  EXPECT_EQ(std::get<http::Response>(refused.exchange->result).body, "no such relay");
  EXPECT_THAT(asked(), ElementsAre("a"));
}

TEST_F(Failover, SaysWhatTellsMostWhenNoneAnswersWell) {
  transport.hosts["a"] = always(failure(http::Fault::refused));
  transport.hosts["b"] = always(answer(200, "garbage"));
  transport.hosts["c"] = always(answer(502, ""));
  const Caller caller = call_members("r1");
  settle();
  EXPECT_EQ(error(caller).kind, ErrorKind::invalid);
  EXPECT_THAT(error(caller).detail, HasSubstr("http://b/"));
  EXPECT_THAT(asked(), ElementsAre("a", "b", "c"));
}

TEST_F(Failover, SaysThatNoneAnsweredWhenNoneDid) {
  for (const char* const host : {"a", "b", "c"}) {
    transport.hosts[host] = always(failure(http::Fault::refused));
  }
  const Caller caller = call_members("r1");
  settle();
  EXPECT_EQ(error(caller).kind, ErrorKind::unreachable);
  EXPECT_EQ(std::get<http::Failure>(error(caller).exchange->result).fault, http::Fault::refused);
}

TEST_F(Failover, AnswersWithinOneRoundWhenOneAddressIsDeadAndTheOtherSlow) {
  transport.hosts["a"] = hangs();
  transport.hosts["b"] = always(answer(200, member_list(2), 3s));
  const Caller caller = call(members(FanoutGrowth::fixed(2)));
  clock.advance(3s);
  EXPECT_EQ(outcome(caller).address.text(), "http://b/");
  EXPECT_THAT(asked(), ElementsAre("a", "b"));
}

TEST_F(Failover, CancelsTheOthersWhenTheFirstValidAnswerComes) {
  transport.hosts["a"] = hangs();
  transport.hosts["b"] = always(answer(200, "garbage", 5ms));
  const Caller caller = call(members(FanoutGrowth::fixed(3)));
  clock.advance(5ms);
  EXPECT_FALSE(caller->over());
  clock.advance(5ms);
  EXPECT_EQ(outcome(caller).address.text(), "http://c/");
  EXPECT_EQ(transport.under_way, 0);
  EXPECT_EQ(transport.cut_short, 1);
}

TEST_F(Failover, RacesMoreAddressesInEachRoundAsTheGrowthSays) {
  addresses = {"http://a", "http://b", "http://c", "http://d", "http://e", "http://f", "http://g"};
  for (const auto& [host, script] : transport.hosts) {
    transport.hosts[host] = always(failure(http::Fault::refused, 10ms));
  }
  call(members(FanoutGrowth::doubling(1)));
  settle();
  EXPECT_EQ(asked().size(), 1U);
  clock.advance(10ms);
  EXPECT_EQ(asked().size(), 3U);
  clock.advance(10ms);
  EXPECT_EQ(asked().size(), 7U);
}

TEST_F(Failover, NeverRacesMoreThanTheCeiling) {
  options.round_max = 2;
  call(members(FanoutGrowth::fixed(3)));
  settle();
  EXPECT_EQ(transport.most_under_way, 2);
}

TEST_F(Failover, WaitsForTheWholeRoundBeforeTheNext) {
  transport.hosts["a"] = always(failure(http::Fault::refused, 10ms));
  transport.hosts["b"] = always(failure(http::Fault::refused, 30ms));
  call(members(FanoutGrowth::fixed(2)));
  clock.advance(29ms);
  EXPECT_THAT(asked(), ElementsAre("a", "b"));
  clock.advance(1ms);
  EXPECT_THAT(asked(), ElementsAre("a", "b", "c"));
}

TEST_F(Failover, GivesNoAttemptMoreTimeThanIsLeft) {
  transport.hosts["a"] = hangs();
  transport.hosts["b"] = hangs();
  Opts opts(Op::members, "r1");
  opts.attempt = 3s;
  opts.budget = 5s;
  const Caller caller = call(opts);
  clock.advance(5s);
  ASSERT_EQ(transport.requests.size(), 2U);
  EXPECT_EQ(transport.requests[0].timeout, 3s);
  EXPECT_EQ(transport.requests[1].timeout, 2s);
  EXPECT_EQ(error(caller).kind, ErrorKind::unreachable);  // and no third round
}

TEST_F(Failover, PassesOverTheAddressThatFailedLately) {
  transport.hosts["a"] = always(failure(http::Fault::refused));
  call_members("r1");
  clock.advance(10ms);
  transport.requests.clear();
  call_members("r2");
  settle();
  EXPECT_THAT(asked(), ElementsAre("c"));  // which was never asked; b took 10 ms
}

TEST_F(Failover, PrefersTheAddressThatAnswersFaster) {
  transport.hosts["a"] = always(answer(200, member_list(2), 40ms));
  transport.hosts["c"] = always(answer(200, member_list(2), 20ms));
  for (int i = 0; i < 4; ++i) {
    call_members("r1");
    clock.advance(100ms);
  }
  EXPECT_THAT(asked(), ElementsAre("a", "b", "c", "b"));
}

}  // namespace
}  // namespace tender::fetch
