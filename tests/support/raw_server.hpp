// A server that does to the byte what a test's script says, over TCP or TLS: for clients that must
// cope with servers that answer in pieces, garbage, too much or never. Listens on 127.0.0.1, on a
// port of its own, in the test's io_context.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>

namespace tender::test {

/// One thing that the server does on a connection. After the last step of a script the connection
/// is closed as by close().
struct Step {
  enum class Kind : std::uint8_t { read_request, send, wait, hang, close, cut, reset, again };
  Kind kind;
  std::string text;

  /// Reads one request, with as much body as Content-Length says.
  static Step read_request() { return {Kind::read_request, {}}; }
  static Step send(std::string text) { return {Kind::send, std::move(text)}; }
  /// Waits for RawServer::release().
  static Step wait() { return {Kind::wait, {}}; }
  /// Reads and drops what comes until the client closes.
  static Step hang() { return {Kind::hang, {}}; }
  /// Closes in good order: over TLS with a close_notify.
  static Step close() { return {Kind::close, {}}; }
  /// Closes TCP in good order, but TLS not at all.
  static Step cut() { return {Kind::cut, {}}; }
  /// Resets the TCP connection.
  static Step reset() { return {Kind::reset, {}}; }
  /// Begins the script anew on the same connection.
  static Step again() { return {Kind::again, {}}; }
};

using Script = std::vector<Step>;

/// An HTTP/1.1 answer with a Content-Length.
[[nodiscard]] std::string answer(int status, const std::string& body = "",
                                 const std::string& more_headers = "");

/// Reads requests and gives each the same answer, for as long as the client keeps the connection.
[[nodiscard]] Script answer_always(const std::string& text);

class RawServer {
 public:
  /// `tls` is null for plain TCP; otherwise it outlives the server. Neither a TLS handshake nor a
  /// script takes place before the io_context runs.
  explicit RawServer(boost::asio::io_context& io, boost::asio::ssl::context* tls = nullptr);
  ~RawServer();
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  /// The script of the next connection that has none yet; called several times, they queue.
  void next(Script script);
  /// The script of every connection that none waits for. At first: read a request, then hang.
  void always(Script script);
  /// Lets one Step::wait() pass on each connection open now, at once or when it is come to.
  void release();
  /// Closes the listener and every connection, so that run() can return.
  void stop();

  [[nodiscard]] std::uint16_t port() const;
  /// "http://127.0.0.1:port", or https.
  [[nodiscard]] std::string url() const;

  [[nodiscard]] std::size_t accepted() const;   // connections so far
  [[nodiscard]] std::size_t open() const;       // connections now
  [[nodiscard]] std::size_t most_open() const;  // connections at one time at most
  [[nodiscard]] std::size_t sent() const;       // Step::send()s done so far
  /// The requests read so far, head and body, in the order of their arrival.
  [[nodiscard]] const std::vector<std::string>& requests() const;
  /// The names that TLS clients asked for (SNI), "" where none.
  [[nodiscard]] const std::vector<std::string>& server_names() const;

 private:
  class Impl;
  // Shared with the connections' coroutines, which may be destroyed after the server.
  std::shared_ptr<Impl> impl_;
};

}  // namespace tender::test
