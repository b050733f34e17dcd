// A request as http::Server hands it to a handler: read whole and checked. http::Request is the one
// that the client sends. A value.
#pragma once

#include <any>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/http/transport.hpp"

namespace tender::http {

struct ServerRequest {
  std::string method;           // as sent; case matters (RFC 9110, 9.1)
  std::string path;             // as sent, percent-encoded; begins with '/'
  std::string query;            // as sent, without '?'
  std::string host;             // the Host header as sent; empty when an HTTP/1.0 client sent none
  std::vector<Header> headers;  // as sent, in their order; trailers are dropped
  std::string body;
  /// What the {names} of the route's pattern stand for, percent-decoded: never empty, but any byte
  /// may be in it, also '/', NUL and what is not UTF-8.
  std::map<std::string, std::string> segments;
  std::any note{};  // what the Guard left for the handler

  /// The first header of that name, compared without case; nothing when absent. Valid while this
  /// lives.
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;

  /// The first value of that name in the query, decoded (%XX, and '+' for a space); empty for a
  /// name without '=', nothing when absent.
  [[nodiscard]] std::optional<std::string> parameter(std::string_view name) const;

  /// The names in the query, decoded, in their order; one that is there twice comes twice. Nothing
  /// when the query is not that of a URL (RFC 3986, 3.4): then it has no parameter, either.
  [[nodiscard]] std::optional<std::vector<std::string>> parameter_names() const;
};

}  // namespace tender::http
