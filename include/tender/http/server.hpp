// An HTTP/1.1 server on one address, TCP or a unix socket: it reads whole requests within limits,
// has the handlers of its Routes answer them, and keeps connections open between requests. For
// services that tender offers; zooid-sim is built on it. No TLS, no upgrades. Runs on the
// io_context's one thread.
//
//   http::Server server(io.get_executor(), http::TcpAddress{"127.0.0.1", 0}, std::move(routes),
//                       http::ServerLimits(), clock, *logger);
//   asio::co_spawn(io, server.run(), …);
//   …
//   server.stop();  // run() ends when the last connection has
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <variant>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/http/routes.hpp"

namespace tender::http {

struct TcpAddress {
  std::string host = "127.0.0.1";  // numeric
  std::uint16_t port = 0;          // 0: a free one
};

/// A unix socket. Its file has the mode 0600. A socket file that nobody listens on is replaced,
/// anything else at that path is an error. The file is removed when the server stops.
struct UnixAddress {
  std::filesystem::path path;
};

using ServerAddress = std::variant<TcpAddress, UnixAddress>;

/// A byte that arrives does not restart a deadline.
struct ServerLimits {
  std::size_t max_head = std::size_t{8} * 1024;     // bytes of request line and headers, else 431
  std::size_t max_body = std::size_t{1024} * 1024;  // bytes of a body, chunked or not, else 413
  /// At least 1. A client beyond that waits in the kernel's backlog, where it costs nothing; to
  /// answer it 503 we would have to take in what the limit is there to keep out. For a client that
  /// waits, the connection that has been idle longest is closed.
  std::size_t max_connections = 64;
  Milliseconds head{5'000};      // from connecting, or from a later request's first byte; else 408
  Milliseconds request{10'000};  // head and body, from the same moment; else 408
  Milliseconds idle{60'000};     // between requests
  Milliseconds write{10'000};    // for each answer, or each piece of a Stream
  Milliseconds drain{10'000};    // after stop(), for requests under way
};

class Server {
 public:
  /// Listens from now on; clients are accepted by run(). Throws Error when it cannot listen,
  /// std::invalid_argument when max_connections is 0. Borrows `clock` and `logger`, which live
  /// until run() has ended or the io_context is gone.
  Server(boost::asio::any_io_executor executor, const ServerAddress& address, Routes routes,
         ServerLimits limits, Clock& clock, Logger& logger);

  /// As stop().
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Serves until stop(), and ends when every connection has. Once. It may outlive the server. It
  /// throws nothing: a handler's exception is logged and answered with 500.
  boost::asio::awaitable<void> run();

  /// Stops listening and closes the idle connections. A request under way is finished unless that
  /// takes longer than ServerLimits::drain; then its connection is closed, and run() waits for its
  /// handler alone. A Silence ends at once, a Stream when its handler ends it.
  void stop();

  /// The port listened on; 0 for a unix socket.
  [[nodiscard]] std::uint16_t port() const;

  /// "127.0.0.1:8080", "[::1]:8080" or the path of the unix socket.
  [[nodiscard]] const std::string& name() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with run() and the connections, which may outlive us
};

}  // namespace tender::http
