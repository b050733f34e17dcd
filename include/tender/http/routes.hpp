// From a request's method and path to the handler that answers it. Filled once, before the server
// runs.
//
//   Routes routes;
//   routes.add("GET", "/v1/relays/{id}", show_relay);
//   routes.add("PUT", "/v1/relays/{id}", put_relay, 64 * 1024);
#pragma once

#include <any>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "tender/http/reply.hpp"
#include "tender/http/server_request.hpp"

namespace tender::http {

/// Answers one request. What it captures must live until Server::run() has ended. It must end by
/// itself: nothing interrupts it.
using Handler = std::function<boost::asio::awaitable<Reply>(ServerRequest)>;

/// What a Guard says of a request.
struct Admission {
  std::optional<Response> refusal{};  // instead of the handler's answer; the connection is closed
  std::any note{};                    // for the handler: ServerRequest::note
};

/// Asked when a request's head has been read, before its body is: `head` has no body and no
/// segments yet. What it captures must live until Server::run() has ended. Must not throw.
using Guard = std::function<Admission(const ServerRequest& head)>;

class Routes {
 public:
  /// What find() found.
  struct Match {
    const Handler* handler = nullptr;  // null when nothing fits; valid as long as the routes
    std::string_view route;            // "GET /v1/relays/{id}"; empty when none fits; likewise
    std::optional<std::size_t> max_body;
    std::map<std::string, std::string> segments;  // see ServerRequest
    std::string allow;  // when nothing fits: the methods that the path has routes for; else empty
  };

  /// `pattern` is a path whose segments are literal, unencoded text or a {name}, which stands for
  /// any one segment that is not empty. GET answers HEAD as well. A body over `max_body` bytes is
  /// refused; the server's own limit holds besides. Of several routes that fit, the one added first
  /// is taken. Throws std::invalid_argument for a pattern that does not begin with '/' or gives two
  /// segments the same name, and for a route that exists already.
  void add(std::string_view method, std::string_view pattern, Handler handler,
           std::optional<std::size_t> max_body = std::nullopt);

  /// Has `handler` answer all that no route fits, instead of the server's 404 and 405.
  void otherwise(Handler handler) { otherwise_ = std::move(handler); }

  /// How the server's own refusals look: of what no route fits, of what is not HTTP or too large or
  /// too slow, and of handlers that fail. Else as error_response().
  using Refusals = std::function<Response(int status, std::string_view text)>;
  void refuse_with(Refusals refusals) { refusals_ = std::move(refusals); }

  [[nodiscard]] Response refusal(int status, std::string_view text) const {
    return refusals_ ? refusals_(status, text) : error_response(status, text);
  }

  /// Has `watch` be told of each Response that is sent: the route that fits the request, as in
  /// Match, and the status. It must not throw.
  using Watch = std::function<void(std::string_view route, int status)>;
  void watch(Watch watch) { watch_ = std::move(watch); }

  void note(std::string_view route, int status) const {
    if (watch_) {
      watch_(route, status);
    }
  }

  /// Has `guard` be asked of every request, also of those that no route fits.
  void guard(Guard guard) { guard_ = std::move(guard); }

  /// What the guard says; without one, everything is admitted.
  [[nodiscard]] Admission admit(const ServerRequest& head) const {
    return guard_ ? guard_(head) : Admission();
  }

  /// `path` is percent-encoded; each of its segments is decoded before it is compared.
  [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

  /// Each route as Match::route names it.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> pattern;  // segments
    Handler handler;
    std::optional<std::size_t> max_body;
    std::string name;  // as in Match
  };

  std::vector<Route> routes_;
  Handler otherwise_;
  Guard guard_;
  Refusals refusals_;
  Watch watch_;
};

}  // namespace tender::http
