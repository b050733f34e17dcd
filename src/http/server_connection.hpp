// One connection of a server, from accepting to closing: requests are read, handled and answered,
// one after the other. Owned by the coroutine that Server spawned for it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "tender/base/log.hpp"
#include "tender/http/server.hpp"

#include "deadlines.hpp"
#include "listening_socket.hpp"
#include "request_parser.hpp"

namespace tender::http {

/// What the connections of a server share; it outlives them.
struct Service {
  const Routes& routes;
  const ServerLimits& limits;
  Clock& clock;
  Logger& logger;
  Deadlines& deadlines;
  std::function<void()> turned_idle;  // a connection may be closed for a client that waits
};

class ServerConnection {
 public:
  ServerConnection(const Service& service, StreamSocket socket);
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  /// Serves until the connection is to be closed, which destroying this does.
  boost::asio::awaitable<void> serve();

  /// It has had an answer, and nothing of another request has come since idle_since().
  [[nodiscard]] bool is_idle() const { return state_ == State::idle && !first_; }
  [[nodiscard]] bool is_stopping() const { return state_ == State::stopping; }
  [[nodiscard]] SteadyTime idle_since() const { return idle_since_; }

  /// Ends serve(): at once when nothing is under way, otherwise with the answer to the request
  /// under way, at `latest`.
  void stop(SteadyTime latest);

 private:
  enum class State : std::uint8_t { idle, busy, silent, stopping };
  enum class Reading : std::uint8_t { whole, refused, ended };

  boost::asio::awaitable<bool> exchange();
  boost::asio::awaitable<Reading> read();
  void begin_request();
  void begin_body();
  [[nodiscard]] Reading over();
  boost::asio::awaitable<bool> read_some();
  boost::asio::awaitable<bool> write(std::string text);
  boost::asio::awaitable<void> discard();
  boost::asio::awaitable<void> refuse();
  boost::asio::awaitable<Reply> handle();
  boost::asio::awaitable<bool> deliver(Reply reply);
  boost::asio::awaitable<bool> deliver_stream(Stream stream);
  [[nodiscard]] bool has_left();
  [[nodiscard]] std::string bytes_of(const Reply& reply, bool keep) const;
  [[nodiscard]] std::string response_bytes(const Response& response, bool keep) const;
  [[nodiscard]] Response failed(std::string_view what) const;
  void expect_by(SteadyTime time);
  void enter(State state);

  const Service& service_;
  StreamSocket socket_;
  RequestParser parser_;
  Deadline deadline_;
  State state_ = State::idle;
  SteadyTime idle_since_;
  SteadyTime began_;  // the request under way; of the first one: when the client connected
  bool first_ = true;
  std::optional<SteadyTime> latest_;  // once stopping
  Refusal refusal_;
  Routes::Match match_;
  Admission admission_;
  std::string what_;  // of the request under way, for log lines: "GET /v1/relays"
  bool head_only_ = false;
  const Stream* stream_ = nullptr;  // the answer under way, if it is one
};

}  // namespace tender::http
