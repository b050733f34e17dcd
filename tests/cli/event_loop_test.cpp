// What becomes of the loop of a command after a fault.
#include "cli/event_loop.hpp"

#include <stdexcept>

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/wakeup.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

struct LoopAfterAFault : testing::Test {
  // Waits as a sidecar does for what is under way.
  asio::awaitable<void> wait() {
    co_await alarm.wait_until(clock.now() + std::chrono::hours(1));
    ended = true;
  }

  void fail() {
    asio::co_spawn(io, wait(), asio::detached);
    asio::post(io, [] { throw std::runtime_error("a bug"); });
    EXPECT_THROW(io.run(), std::runtime_error);
    EXPECT_FALSE(ended);
  }

  static std::chrono::steady_clock::time_point later() {
    return std::chrono::steady_clock::now() + std::chrono::seconds(30);
  }

  asio::io_context io{1};
  SystemClock clock{io.get_executor()};
  Wakeup alarm{clock};
  bool ended = false;
};

TEST_F(LoopAfterAFault, RunsUntilAllHasEnded) {
  fail();
  alarm.notify();
  EXPECT_TRUE(run_out(io, later()));
  EXPECT_TRUE(ended);
}

TEST_F(LoopAfterAFault, GoesOnAfterFaultsThatFollowFromTheFirst) {
  fail();
  for (int i = 0; i < 3; ++i) {
    asio::post(io, [] { throw std::runtime_error("a consequence"); });
  }
  asio::post(io, [this] { alarm.notify(); });
  EXPECT_TRUE(run_out(io, later()));
  EXPECT_TRUE(ended);
}

TEST_F(LoopAfterAFault, SaysThatSomethingDoesNotEnd) {
  fail();
  EXPECT_FALSE(run_out(io, std::chrono::steady_clock::now()));
  EXPECT_FALSE(ended);
  alarm.notify();
  EXPECT_TRUE(run_out(io, later()));
}

}  // namespace
}  // namespace tender::cli
