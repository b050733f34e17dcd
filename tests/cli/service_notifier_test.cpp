// What the service manager hears, on virtual time: the test listens at NOTIFY_SOCKET in its place.
#include "cli/service_notifier.hpp"

#include <array>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>

#include "support/log_sink.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender::cli {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Datagram = boost::asio::local::datagram_protocol;

struct ServiceNotifierTest : testing::Test {
  ServiceNotifierTest() {
    manager.non_blocking(true);
    setenv("NOTIFY_SOCKET", socket.c_str(), 1);
  }

  ~ServiceNotifierTest() override {
    notifier.stop();
    clock.run_ready();
    unsetenv("NOTIFY_SOCKET");
    unsetenv("WATCHDOG_USEC");
    unsetenv("WATCHDOG_PID");
  }

  static void ask_for_life(std::chrono::microseconds within, pid_t of = getpid()) {
    setenv("WATCHDOG_USEC", std::to_string(within.count()).c_str(), 1);
    setenv("WATCHDOG_PID", std::to_string(of).c_str(), 1);
  }

  void start() {
    boost::asio::co_spawn(io, notifier.run(),
                          [this](const std::exception_ptr& error) { ended = !error; });
    clock.run_ready();
  }

  // The lines that came since the last time.
  std::vector<std::string> heard() {
    std::vector<std::string> lines;
    std::array<char, 1000> buffer{};
    boost::system::error_code none;
    while (true) {
      const std::size_t size = manager.receive(boost::asio::buffer(buffer), 0, none);
      if (none) {
        return lines;
      }
      std::istringstream text(std::string(buffer.data(), size));
      for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
      }
    }
  }

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::TempDir directory;
  std::string socket = (directory.path() / "notify").string();
  Datagram::socket manager{io, Datagram::endpoint(socket)};
  std::ostringstream log;
  Logger logger{"test", test::log_sink(log)};
  ServiceNotifier::State state;
  ServiceNotifier notifier{clock, logger, [this] { return state; }};
  bool ended = false;
};

TEST_F(ServiceNotifierTest, SaysOnceWhenItIsReady) {
  state.status = "sidecar: it has not begun";
  start();
  EXPECT_THAT(heard(), ElementsAre("STATUS=starting", "STATUS=sidecar: it has not begun"));
  clock.advance(500ms);
  EXPECT_THAT(heard(), IsEmpty());
  state = {.ready = true, .stopping = false, .status = "sidecar: it works"};
  clock.advance(100ms);
  EXPECT_THAT(heard(), ElementsAre("READY=1", "STATUS=sidecar: it works"));
  state.ready = false;
  clock.advance(2s);
  state.ready = true;
  clock.advance(2s);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ServiceNotifierTest, SaysWhatItDoesWhenThatChanges) {
  state = {.ready = true, .stopping = false, .status = "sidecar: it is on standby"};
  start();
  heard();
  state.status = "destination: zooid is unusable";
  clock.advance(1s);
  EXPECT_THAT(heard(), ElementsAre("STATUS=destination: zooid is unusable"));
}

TEST_F(ServiceNotifierTest, SaysAtOnceThatItIsStopping) {
  state.ready = true;
  start();
  heard();
  state.stopping = true;
  notifier.look_again();
  clock.run_ready();
  EXPECT_THAT(heard(), ElementsAre("STOPPING=1"));
}

TEST_F(ServiceNotifierTest, SaysThatItIsStoppingEvenIfItEndsAtOnce) {
  state.ready = true;
  start();
  heard();
  state.stopping = true;
  notifier.stop();
  clock.run_ready();
  EXPECT_THAT(heard(), ElementsAre("STOPPING=1"));
  EXPECT_TRUE(ended);
}

TEST_F(ServiceNotifierTest, GivesASignOfLifeTwiceInTheTimeOfTheWatchdog) {
  ask_for_life(5s);
  state.ready = true;
  start();
  heard();
  clock.advance(2499ms);
  EXPECT_THAT(heard(), IsEmpty());
  clock.advance(1ms);
  EXPECT_THAT(heard(), ElementsAre("WATCHDOG=1"));
  for (int i = 0; i < 24; ++i) {  // in between the test listens: a full queue blocks
    clock.advance(2500ms);
    EXPECT_THAT(heard(), ElementsAre("WATCHDOG=1"));
  }
}

TEST_F(ServiceNotifierTest, GivesSignsOfLifeWhenTheClockIsSetBack) {
  ask_for_life(4s);
  state.ready = true;
  start();
  heard();
  clock.jump(-24h);
  clock.advance(2s);
  EXPECT_THAT(heard(), ElementsAre("WATCHDOG=1"));
}

TEST_F(ServiceNotifierTest, GivesNoSignOfLifeWhileItsLoopDoesNotTurn) {
  ask_for_life(4s);
  state.ready = true;
  start();
  heard();
  clock.pass(1min);
  EXPECT_THAT(heard(), IsEmpty());
  clock.run_ready();
  EXPECT_THAT(heard(), ElementsAre("WATCHDOG=1"));
}

TEST_F(ServiceNotifierTest, GivesNoSignOfLifeThatAnotherProcessIsToGive) {
  ask_for_life(4s, getpid() + 1);
  start();
  heard();
  clock.advance(1min);
  EXPECT_THAT(heard(), IsEmpty());
}

TEST_F(ServiceNotifierTest, EndsAtOnceWithoutAServiceManager) {
  unsetenv("NOTIFY_SOCKET");
  start();
  EXPECT_TRUE(ended);
  EXPECT_THAT(heard(), IsEmpty());
  EXPECT_EQ(log.str(), "");
}

TEST_F(ServiceNotifierTest, WarnsOnceOfAServiceManagerThatCannotBeReached) {
  std::filesystem::remove(socket);
  state.status = "sidecar: it works";
  start();
  clock.advance(1min);
  EXPECT_FALSE(ended);
  EXPECT_THAT(log.str(), HasSubstr("cannot report to the service manager"));
  EXPECT_EQ(log.str().find("cannot report"), log.str().rfind("cannot report"));
}

}  // namespace
}  // namespace tender::cli
