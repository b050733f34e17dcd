// The real Transport: HTTP/1.1 over TCP or verified TLS 1.2+, on the io_context's one thread, with
// a pool of kept-alive connections per scheme, host and port. Made once by the command line and
// handed down as Transport&. It follows no redirects, reads no proxy variables and keeps no
// cookies.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include "tender/http/transport.hpp"

namespace tender::http {

/// Why the client may not connect to that address, for people ("it is private"); nothing when it
/// may.
using AddressFilter =
    std::function<std::optional<std::string>(const boost::asio::ip::address& address)>;

struct ClientOptions {
  /// Bounds the exchanges under way and the connections open, idle ones included; at least 1.
  /// Further exchanges wait in order of arrival, each within its own deadline.
  std::size_t max_connections = 16;
  /// A PEM file with CA certificates that are trusted in addition to the system's; empty for none.
  std::string ca_file;
  /// A unix socket that every connection goes to, whatever the URL's host and port are.
  std::optional<std::filesystem::path> unix_socket{};
  std::size_t max_head = std::size_t{16} * 1024;    // bytes of status line and headers of an answer
  std::size_t max_body = std::size_t{1024} * 1024;  // bytes of an answer's body
  /// A connection unused for that long is closed, within 5 s.
  Milliseconds idle_timeout{30'000};
  /// Asked for each address that a host has, before anything is sent to it: the connection goes to
  /// an address that was allowed, and a name is not looked up again in between. Kept connections
  /// were allowed when they were made. When no address of a host is allowed, the exchange fails
  /// with Fault::forbidden. Not asked for `unix_socket`. Empty: every address is allowed.
  AddressFilter address_filter{};
};

class Client final : public Transport {
 public:
  /// `executor` runs the one thread's io_context, which must outlive the client. Throws Error when
  /// the CA file cannot be read or holds no certificate, std::invalid_argument when
  /// max_connections is 0.
  Client(boost::asio::any_io_executor executor, ClientOptions options);

  /// Stops. Exchanges under way still complete (Fault::stopped) while the io_context runs.
  ~Client() override;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// As Transport says. A request goes out twice only when a kept connection turns out to be dead
  /// before a byte of it was written. Server certificates are checked against the URL's host, name
  /// or address, whatever Request::host says. Throws std::invalid_argument, before anything is
  /// sent, when a header is not one that may be sent: a control character, a bad name, or one of
  /// those that are the transport's own. That is a bug of the caller.
  boost::asio::awaitable<Exchange> exchange(Request request) override;

  /// Closes the idle connections and ends every exchange under way or waiting, and every later one,
  /// with Fault::stopped. The io_context's run() can then return; a name lookup under way keeps it
  /// running until the system's resolver gives up, because that cannot be interrupted.
  void stop();

 private:
  struct State;
  // Shared with the exchanges under way: a suspended one may be destroyed after the client, when
  // the io_context goes.
  std::shared_ptr<State> state_;
};

}  // namespace tender::http
