// A small HTTP/1.1 server: accepts connections, reads whole requests, writes the bytes that its
// handler decides on. It knows nothing of zooid. Runs on the io_context's one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "zooid-sim/wire.hpp"

namespace zooid_sim {

/// What to do with the connection that a request came on.
struct Reply {
  enum class Then : std::uint8_t {
    keep,   // write, then read the next request
    close,  // write what there is, then close
    hang,   // write nothing; wait until the client leaves
  };

  Reply(std::string content, Then next) : bytes(std::move(content)), then(next) {}

  std::string bytes;
  Then then;
  /// Called once: with true when all of `bytes` was written and there was something to write.
  std::function<void(bool)> finished = [](bool) {};
};

class Listener {
 public:
  using Handler = std::function<boost::asio::awaitable<Reply>(Request)>;

  /// Listens on a numeric address; port 0 takes a free one. Throws tender::Error when it cannot.
  Listener(boost::asio::any_io_executor executor, const std::string& address, std::uint16_t port);
  ~Listener();

  /// Starts to accept. The handler is kept until the last connection has ended, a turn of the
  /// io_context after stop(), so it must own what it refers to.
  void start(Handler handler);

  /// Stops accepting and closes every connection. What hangs on them unwinds in the io_context's
  /// next turns.
  void stop();

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// address:port as listened on, with brackets around an IPv6 address.
  [[nodiscard]] std::string authority() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the connections, which end a turn after stop()
  std::string address_;
  std::uint16_t port_ = 0;
};

}  // namespace zooid_sim
