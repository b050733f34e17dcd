// What every test of the server needs: a server with routes for all that a handler may do, a clock
// that the test drives, and clients that send raw bytes and keep what comes back.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "tender/base/wakeup.hpp"
#include "tender/http/server.hpp"

#include "support/virtual_clock.hpp"

namespace tender::http {

/// One connection to the server. It reads while the io_context runs.
class Peer : public std::enable_shared_from_this<Peer> {
 public:
  /// Connects.
  Peer(boost::asio::io_context& io, const Server& server);

  void send(const std::string& bytes);
  void start_reading();
  void close() { socket_.close(); }
  /// All that came and was not taken yet, and takes it.
  std::string take() { return std::exchange(received, {}); }

  std::string received;
  bool closed = false;  // by the server

 private:
  boost::asio::generic::stream_protocol::socket socket_;
};

class ServerTest : public testing::Test {
 protected:
  /// GET and POST /echo answer with method, path, query and body; GET /relays/{id} with the id;
  /// PUT /small takes bodies of up to 4 bytes; GET /large answers with 32 MB, GET /wait once the
  /// test calls release(); GET /throw, /forged, /raw, /drop and /silence do as they say.
  /// A guard refuses what begins with /closed, and leaves a note, with which GET /note answers.
  ServerTest();
  ~ServerTest() override;

  /// Makes the server with `limits` at `address` and runs it.
  void start();
  std::shared_ptr<Peer> connect();
  /// Another client that does not read.
  std::shared_ptr<Peer> connect_mute();
  /// Runs until the condition holds; fails the test when it does not within ten seconds.
  void run_until(const std::function<bool()>& condition);
  /// Sends and waits for a whole answer, which it returns: head and body.
  std::string ask(const std::shared_ptr<Peer>& peer, const std::string& bytes);
  /// "GET path" with a Host.
  [[nodiscard]] static std::string get(const std::string& path);
  void release() { gate_.cancel(); }
  /// GET /stream answers with what is fed, piece by piece; an empty one is its end.
  void feed(std::string piece);

  boost::asio::io_context io;
  test::VirtualClock clock{io};
  ServerAddress address = TcpAddress();
  ServerLimits limits;
  std::unique_ptr<Server> server;
  bool ended = false;                 // run()
  int handling = 0;                   // handlers of /wait that wait
  std::vector<bool> finished;         // what Reply::finished was told
  std::vector<std::string> answered;  // what the watch was told: "GET /relays/{id}: 200"
  std::ostringstream log;

 private:
  Routes example();
  boost::asio::awaitable<Reply> echo(ServerRequest request);
  boost::asio::awaitable<Reply> wait(ServerRequest request);
  boost::asio::awaitable<std::optional<std::string>> next_piece();
  Handler always(std::function<Reply()> make);

  std::shared_ptr<Logger> logger_;
  std::deque<std::string> pieces_;
  Wakeup fed_{clock};
  boost::asio::steady_timer gate_{io, boost::asio::steady_timer::time_point::max()};
};

}  // namespace tender::http
