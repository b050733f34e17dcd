#include "tender/store/broadcast.hpp"

#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "support/virtual_clock.hpp"

namespace tender::store {
namespace {

using Channel = Broadcast<int>;

struct BroadcastTest : testing::Test {
  // Reads until Closed and writes down what came: "1", "lagged 2", "closed".
  static boost::asio::awaitable<void> read(Channel::Receiver& receiver,
                                           std::vector<std::string>& heard) {
    while (true) {
      const auto received = co_await receiver.recv();
      if (const int* value = std::get_if<int>(&received.item)) {
        heard.push_back(std::to_string(*value));
      } else if (const auto* lagged = std::get_if<Lagged>(&received.item)) {
        heard.push_back("lagged " + std::to_string(lagged->missed));
      } else {
        heard.emplace_back("closed");
        co_return;
      }
    }
  }

  void start(Channel::Receiver& receiver, std::vector<std::string>& heard) {
    boost::asio::co_spawn(io, read(receiver, heard), boost::asio::detached);
    clock.run_ready();
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  Channel channel{clock, 3};
};

TEST_F(BroadcastTest, GivesEveryReceiverEveryValueSinceItSubscribed) {
  std::vector<std::string> early;
  std::vector<std::string> late;
  auto first = channel.subscribe();
  start(first, early);
  channel.send(1);
  auto second = channel.subscribe();
  start(second, late);
  channel.send(2);
  clock.run_ready();
  EXPECT_EQ(early, (std::vector<std::string>{"1", "2"}));
  EXPECT_EQ(late, (std::vector<std::string>{"2"}));
}

TEST_F(BroadcastTest, TellsASlowReceiverHowManyItMissed) {
  std::vector<std::string> heard;
  auto receiver = channel.subscribe();
  for (int i = 1; i <= 5; ++i) {
    channel.send(i);
  }
  start(receiver, heard);
  EXPECT_EQ(heard, (std::vector<std::string>{"lagged 2", "3", "4", "5"}));
}

TEST_F(BroadcastTest, GivesWhatIsLeftBeforeItCloses) {
  std::vector<std::string> heard;
  auto receiver = channel.subscribe();
  channel.send(1);
  channel.close();
  channel.send(2);
  start(receiver, heard);
  EXPECT_EQ(heard, (std::vector<std::string>{"1", "closed"}));
}

TEST_F(BroadcastTest, TellsWhetherThereWasNewsWithoutGivingIt) {
  auto receiver = channel.subscribe();
  const auto skip = [&] {
    std::optional<bool> news;
    boost::asio::co_spawn(io, receiver.skip_until(clock.now() + std::chrono::seconds(5)),
                          [&](const std::exception_ptr&, bool came) { news = came; });
    clock.run_ready();
    clock.advance(std::chrono::seconds(4));
    if (!news) {
      clock.advance(std::chrono::seconds(1));
    }
    return news;
  };
  for (int i = 0; i < 5; ++i) {
    channel.send(i);
  }
  EXPECT_EQ(skip(), true);
  EXPECT_EQ(skip(), false);
  channel.close();
  EXPECT_EQ(skip(), false);
  EXPECT_TRUE(receiver.closed());
}

TEST_F(BroadcastTest, ClosesOneReceiverAlone) {
  std::vector<std::string> closed;
  std::vector<std::string> open;
  auto first = channel.subscribe();
  auto second = channel.subscribe();
  start(first, closed);
  start(second, open);
  first.close();
  clock.run_ready();
  channel.send(1);
  clock.run_ready();
  EXPECT_EQ(closed, (std::vector<std::string>{"closed"}));
  EXPECT_EQ(open, (std::vector<std::string>{"1"}));
}

}  // namespace
}  // namespace tender::store
