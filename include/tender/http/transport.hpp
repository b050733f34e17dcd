// How the product sees the network: one HTTP exchange at a time, every result a value. The real one
// is http::Client (Boost.Beast); tests and the simulation put their own in its place. Runs on the
// one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/http/url.hpp"

namespace tender::http {

enum class Method { get, post, put, patch, delete_ };

/// "GET", "POST", …
[[nodiscard]] std::string_view to_string(Method method);

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  Request(Method verb, Url to) : method(verb), url(std::move(to)) {}
  Method method;
  Url url;
  std::vector<Header> headers;  // Host, Content-Length and Connection are the transport's own
  std::string host;  // overrides the Host header when not empty (a relay behind its API address)
  std::string body;
  Milliseconds timeout{
      5000};  // one deadline for the whole exchange: resolve, connect, TLS, write, read
};

struct Response {
  int status = 0;
  std::vector<Header> headers;
  std::string body;

  /// The first header of that name, compared without case; nothing when absent. Valid while this
  /// lives.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
};

/// Why no answer came.
enum class Fault {
  refused,    // nothing listens there, or no route
  dns,        // the name does not resolve
  tls,        // the handshake or the certificate's verification failed
  timeout,    // the deadline passed
  closed,     // the connection ended before the answer was whole
  malformed,  // the answer is not HTTP
  too_large,  // head or body over the caps
  forbidden,  // all addresses of the host are ones that we may not connect to
  stopped,    // we ended it ourselves: it says nothing about the peer
};

[[nodiscard]] std::string_view to_string(Fault fault);

struct Failure {
  Fault fault = Fault::refused;
  bool written =
      false;           // a byte of the request may have reached the peer: it may have been applied
  std::string detail;  // for people: what failed, with host and port; never a header or a body
  int status = 0;      // of an answer whose head came whole; 0: none did
};

/// A struct and not a bare variant: awaitable operators flatten variants.
struct Exchange {
  std::variant<Response, Failure> result;
};

class Transport {
 public:
  virtual ~Transport() = default;

  /// Sends the request and reads the whole answer. Never throws for what the network does;
  /// redirects are answers like any other. The request is copied in; the transport must outlive the
  /// exchange. Who awaits it may cancel it (asio's terminal cancellation): it ends at once, with
  /// operation_aborted or with a Failure that says nothing of the peer.
  virtual boost::asio::awaitable<Exchange> exchange(Request request) = 0;
};

}  // namespace tender::http
