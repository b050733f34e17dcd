#include "tender/infra/doubts.hpp"

#include <gtest/gtest.h>

#include "support/virtual_clock.hpp"

namespace tender::infra {
namespace {

using namespace std::chrono_literals;

struct DoubtsOfARelay : testing::Test {
  boost::asio::io_context io;
  test::VirtualClock clock{io, TimePoint(1000h)};
  Doubts doubts{clock, 45s};
};

TEST_F(DoubtsOfARelay, LastUntilTheNewestEnds) {
  EXPECT_EQ(doubts.begin("blue", 30s), clock.now() + 30s);
  clock.advance(10s);
  EXPECT_EQ(doubts.begin("blue", 30s), clock.now() + 30s);
}

TEST_F(DoubtsOfARelay, AreNotShortenedByANewOne) {
  const SteadyTime inherited = doubts.end_of("blue", clock.now() + 40s);
  EXPECT_EQ(doubts.begin("blue", 30s), clock.now() + 40s);
  EXPECT_EQ(doubts.end_of("blue", clock.now() + 30s), inherited);
}

TEST_F(DoubtsOfARelay, LastNoLongerThanAnyDoubtCan) {
  EXPECT_EQ(doubts.end_of("blue", clock.now() + 1000h), clock.steady() + 45s);
}

TEST_F(DoubtsOfARelay, AreForgotten) {
  static_cast<void>(doubts.begin("blue", 40s));
  doubts.forget("blue");
  EXPECT_EQ(doubts.begin("blue", 5s), clock.now() + 5s);
}

}  // namespace
}  // namespace tender::infra
