#include "tender/base/wakeup.hpp"

#include <vector>

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "support/virtual_clock.hpp"

namespace tender {
namespace {

using namespace std::chrono_literals;

struct WakeupTest : testing::Test {
  void start_waiter(Milliseconds limit) {
    boost::asio::co_spawn(io, wait(limit), boost::asio::detached);
  }

  boost::asio::awaitable<void> wait(Milliseconds limit) {
    const bool notified = co_await wakeup.wait_until(clock.now() + limit);
    results.push_back(notified);
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  Wakeup wakeup{clock};
  std::vector<bool> results;
};

TEST_F(WakeupTest, RemembersANotificationThatComesBeforeTheWait) {
  wakeup.notify();
  start_waiter(1h);
  clock.run_ready();
  EXPECT_EQ(results, std::vector<bool>{true});
}

TEST_F(WakeupTest, WakesTheWaiter) {
  start_waiter(1h);
  clock.run_ready();
  EXPECT_TRUE(results.empty());
  wakeup.notify();
  clock.run_ready();
  EXPECT_EQ(results, std::vector<bool>{true});
}

TEST_F(WakeupTest, GivesUpAtTheDeadline) {
  start_waiter(1h);
  clock.advance(59min);
  EXPECT_TRUE(results.empty());
  clock.advance(1min);
  EXPECT_EQ(results, std::vector<bool>{false});
}

}  // namespace
}  // namespace tender
