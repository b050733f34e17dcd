// Where a server listens: ports, and unix sockets with the files that they leave behind.
#include <filesystem>
#include <fstream>

#include <sys/stat.h>

#include <boost/asio/local/stream_protocol.hpp>

#include "tender/base/error.hpp"

#include "server_fixture.hpp"
#include "support/temp_dir.hpp"

namespace tender::http {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

struct ListeningTest : ServerTest {
  // Why it cannot listen.
  std::string fault() {
    try {
      start();
    } catch (const Error& error) {
      ended = true;  // nothing runs
      EXPECT_NE(error.remedy(), "");
      return error.what();
    }
    ADD_FAILURE() << "it listens";
    return {};
  }

  test::TempDir directory;
  std::filesystem::path path = directory.path() / "admin.sock";
};

TEST_F(ListeningTest, TakesAFreePortAndNamesIt) {
  start();
  EXPECT_NE(server->port(), 0);
  EXPECT_EQ(server->name(), "127.0.0.1:" + std::to_string(server->port()));
}

TEST_F(ListeningTest, SaysWhyItCannotTakeAPort) {
  start();
  const TcpAddress taken{"127.0.0.1", server->port()};
  Routes none;
  const auto logger = make_null_logger();
  try {
    const Server second(io.get_executor(), taken, none, limits, clock, *logger);
    FAIL() << "it listens";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("cannot listen on " + server->name()));
  }
}

TEST_F(ListeningTest, RefusesANameInsteadOfAnAddress) {
  address = TcpAddress{"localhost", 0};
  EXPECT_EQ(fault(), "not a numeric address to listen on: localhost");
}

TEST_F(ListeningTest, ServesAUnixSocketThatOnlyItsOwnerMayUse) {
  address = UnixAddress{path};
  const mode_t before = ::umask(0);
  start();
  ::umask(before);
  EXPECT_EQ(server->port(), 0);
  EXPECT_EQ(server->name(), path.string());
  struct stat found {};
  ASSERT_EQ(::lstat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777U, 0600U);
  EXPECT_THAT(ask(connect(), get("/relays/x")), EndsWith("\r\n\r\nx"));
  server->stop();
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ListeningTest, ReplacesTheFileOfASocketThatNobodyListensOn) {
  {
    boost::asio::local::stream_protocol::acceptor dead(
        io, boost::asio::local::stream_protocol::endpoint(path.string()));
  }
  ASSERT_TRUE(std::filesystem::is_socket(path));
  address = UnixAddress{path};
  start();
  EXPECT_THAT(ask(connect(), get("/relays/x")), EndsWith("\r\n\r\nx"));
}

TEST_F(ListeningTest, LeavesTheSocketOfAnotherAlone) {
  const boost::asio::local::stream_protocol::acceptor other(
      io, boost::asio::local::stream_protocol::endpoint(path.string()));
  address = UnixAddress{path};
  EXPECT_THAT(fault(), HasSubstr("another process listens there"));
  EXPECT_TRUE(std::filesystem::is_socket(path));
}

TEST_F(ListeningTest, LeavesFilesAloneThatAreNotSockets) {
  std::ofstream(path) << "text";
  address = UnixAddress{path};
  EXPECT_THAT(fault(), HasSubstr("a file that is not a socket"));
  EXPECT_TRUE(std::filesystem::is_regular_file(path));
  std::filesystem::remove(path);
  std::filesystem::create_symlink(directory.path() / "elsewhere", path);
  EXPECT_THAT(fault(), HasSubstr("a file that is not a socket"));
}

TEST_F(ListeningTest, KeepsTheFileOfItsSuccessor) {
  address = UnixAddress{path};
  start();
  std::filesystem::remove(path);
  std::ofstream(path) << "text";
  server->stop();
  EXPECT_TRUE(std::filesystem::exists(path));
}

TEST_F(ListeningTest, SaysWhyItCannotMakeASocket) {
  address = UnixAddress{directory.path() / "no" / "such"};
  EXPECT_THAT(fault(), HasSubstr("No such file or directory"));
  address = UnixAddress{directory.path() / std::string(120, 'x')};
  EXPECT_THAT(fault(), HasSubstr("too long"));
  address = UnixAddress{};
  EXPECT_THAT(fault(), HasSubstr("empty"));
}

}  // namespace
}  // namespace tender::http
