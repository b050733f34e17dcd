#include "fetch/select.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tender::fetch {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct Selection : testing::Test {
  [[nodiscard]] std::vector<std::size_t> order(Milliseconds at) const {
    return candidates.in_order({0, 1, 2}, SteadyTime(at));
  }

  Candidates candidates{
      {http::Url::parse("http://a"), http::Url::parse("http://b"), http::Url::parse("http://c")}};
};

TEST_F(Selection, KeepsTheGivenOrderWhileNothingIsKnown) {
  EXPECT_THAT(order(0s), ElementsAre(0, 1, 2));
}

TEST_F(Selection, PutsTheFasterOnesFirst) {
  candidates.answered(0, 30ms);
  candidates.answered(1, 10ms);
  candidates.answered(2, 20ms);
  EXPECT_THAT(order(0s), ElementsAre(1, 2, 0));
}

TEST_F(Selection, TriesOneThatWasNeverAskedBeforeThose) {
  candidates.answered(0, 1ms);
  EXPECT_THAT(order(0s), ElementsAre(1, 2, 0));
}

TEST_F(Selection, IsNotTurnedByOneSlowAnswer) {
  candidates.answered(0, 10ms);
  candidates.answered(1, 30ms);
  candidates.answered(2, 90ms);
  candidates.answered(0, 80ms);  // 27.5 ms on average
  EXPECT_THAT(order(0s), ElementsAre(0, 1, 2));
  candidates.answered(0, 80ms);
  EXPECT_THAT(order(0s), ElementsAre(1, 0, 2));
}

TEST_F(Selection, PutsOneThatFailedBehindTheSlowest) {
  candidates.answered(0, 1ms);
  candidates.answered(1, 1s);
  candidates.answered(2, 2s);
  candidates.failed(0, SteadyTime(0s));
  EXPECT_THAT(order(4999ms), ElementsAre(1, 2, 0));
}

TEST_F(Selection, TrustsOneThatFailedAgainAfterItsRest) {
  candidates.answered(0, 1ms);
  candidates.answered(1, 1s);
  candidates.answered(2, 2s);
  candidates.failed(0, SteadyTime(0s));
  EXPECT_THAT(order(5s), ElementsAre(0, 1, 2));
}

TEST_F(Selection, LetsOneRestLongerAfterEachFailureInARow) {
  candidates.answered(0, 1ms);
  candidates.answered(1, 2ms);
  candidates.answered(2, 3ms);
  candidates.failed(0, SteadyTime(0s));
  candidates.failed(0, SteadyTime(5s));
  EXPECT_THAT(order(14s), ElementsAre(1, 2, 0));
  EXPECT_THAT(order(15s), ElementsAre(0, 1, 2));
  for (int i = 0; i < 20; ++i) {
    candidates.failed(0, SteadyTime(15s));
  }
  EXPECT_THAT(order(15s + 5min - 1ms), ElementsAre(1, 2, 0));
  EXPECT_THAT(order(15s + 5min), ElementsAre(0, 1, 2));
}

TEST_F(Selection, DoesNotTryADeadOneAgainAndAgainWhileOthersAnswer) {
  candidates.failed(0, SteadyTime(0s));
  candidates.answered(1, 2s);
  candidates.answered(2, 3s);
  EXPECT_THAT(order(1h), ElementsAre(1, 2, 0));
}

TEST_F(Selection, ForgivesOneThatAnswers) {
  candidates.answered(1, 2ms);
  candidates.answered(2, 3ms);
  candidates.failed(0, SteadyTime(0s));
  candidates.answered(0, 1ms);
  EXPECT_THAT(order(1s), ElementsAre(0, 1, 2));
}

TEST_F(Selection, PrefersOfThoseThatRestTheOneThatIsReadySoonest) {
  candidates.failed(0, SteadyTime(3s));
  candidates.failed(1, SteadyTime(1s));
  candidates.failed(2, SteadyTime(2s));
  EXPECT_THAT(order(4s), ElementsAre(1, 2, 0));
}

TEST_F(Selection, LearnsFromTheOneThatWasOutpaced) {
  candidates.answered(1, 10ms);
  candidates.answered(2, 20ms);
  candidates.outpaced(0, 15ms);
  EXPECT_THAT(order(0s), ElementsAre(1, 0, 2));
  candidates.outpaced(2, 1ms);  // it may be as fast as ever
  EXPECT_THAT(order(0s), ElementsAre(1, 0, 2));
}

}  // namespace
}  // namespace tender::fetch
