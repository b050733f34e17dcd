#include "tender/zooid/config_watch.hpp"

#include <fstream>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include "support/temp_dir.hpp"

namespace tender::zooid {
namespace {

namespace asio = boost::asio;
using testing::ElementsAre;

struct ConfigWatchTest : testing::Test {
  void write(const std::string& name) const { std::ofstream(directory.path() / name) << "text"; }

  // Runs until the relay `last` was told of; all that were told by then.
  std::set<std::string> told_until(const std::string& last) {
    std::set<std::string> told;
    asio::co_spawn(io, watch.run([&](const RelayId& id) {
      told.insert(id.text);
      if (id.text == last) {
        watch.stop();
      }
    }),
                   asio::detached);
    io.run();
    return told;
  }

  boost::asio::io_context io;
  test::TempDir directory;
  ConfigWatch watch{io.get_executor(), directory.path()};
};

TEST_F(ConfigWatchTest, TellsWhichFilesWereWrittenReplacedOrDeleted) {
  ASSERT_FALSE(watch.fault().has_value());
  write("written.toml");
  write("new");
  std::filesystem::rename(directory.path() / "new", directory.path() / "replaced.toml");
  write("other.txt");
  write("tender-scratch.toml");
  write("deleted.toml");
  std::filesystem::remove(directory.path() / "deleted.toml");
  write("last.toml");
  EXPECT_THAT(told_until("last"), ElementsAre("deleted", "last", "replaced", "written"));
}

TEST_F(ConfigWatchTest, EndsWhenItIsStopped) {
  asio::co_spawn(io, watch.run([](const RelayId&) {}), asio::detached);
  io.poll();
  watch.stop();
  io.run();
}

TEST_F(ConfigWatchTest, SaysWhyItCannotWatch) {
  ConfigWatch nowhere(io.get_executor(), directory.path() / "nowhere");
  ASSERT_TRUE(nowhere.fault().has_value());
  EXPECT_NE(nowhere.fault()->find("nowhere: No such file or directory"), std::string::npos);
  asio::co_spawn(io, nowhere.run([](const RelayId&) {}), asio::detached);
  io.run();  // it ends at once
}

}  // namespace
}  // namespace tender::zooid
