// What a handler of http::Server answers with: as a rule a Response, which converts to a Reply by
// itself. Values and pure functions.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/http/transport.hpp"

namespace tender::http {

/// For stand-ins of other servers that misbehave on request: these bytes go out as they are, HTTP
/// or not, and the connection is closed. Without any it is closed without an answer.
struct RawBytes {
  std::string bytes;
};

/// For the same: nothing is written, and the connection stays until the client leaves it or the
/// server stops.
struct Silence {};

/// An answer whose length is not known when it begins: it ends when the connection is closed.
struct Stream {
  Response head;  // its body is not sent
  /// The next piece of the body; nothing, or an empty one: that was all. Each piece must be taken
  /// by the client within ServerLimits::write, but it may come as late as it likes.
  std::function<boost::asio::awaitable<std::optional<std::string>>()> next;
  /// The server stops: the wait for a piece ends soon, with nothing.
  std::function<void()> end;
};

struct Reply {
  /// The status is one from 200 to 999. Content-Length, Connection and Transfer-Encoding are the
  /// server's own; a Date is added where there is none.
  Reply(Response response) : what(std::move(response)) {}
  Reply(RawBytes raw) : what(std::move(raw)) {}
  Reply(Silence silence) : what(silence) {}
  Reply(Stream stream) : what(std::move(stream)) {}

  std::variant<Response, RawBytes, Silence, Stream> what;
  /// Called once the connection has no more to do with it: with true when the client had not left
  /// before (or closed its side of the connection), and the kernel took all of its bytes and there
  /// were any. Not called when the io_context goes first.
  std::function<void(bool written)> finished = [](bool) {};
};

/// "Not Found" and the like; "Status" for one that has none.
[[nodiscard]] std::string_view reason_phrase(int status);

/// `{"error": text}` as application/json, the form of the server's own refusals.
[[nodiscard]] Response error_response(int status, std::string_view text);

/// The bytes of a response to an HTTP/1.1 client, with Content-Length, and with `date` as Date
/// unless it has one. Throws std::invalid_argument for a response that Reply does not allow.
[[nodiscard]] std::string response_text(const Response& response, TimePoint date, bool keep_alive);

/// The same without the body, as the answer to HEAD.
[[nodiscard]] std::string response_head(const Response& response, TimePoint date, bool keep_alive);

/// The head of an answer that ends with its connection (RFC 9112, 6.3): without Content-Length.
[[nodiscard]] std::string stream_head(const Response& response, TimePoint date);

}  // namespace tender::http
