// An absolute http or https URL, parsed by Boost.URL and normalized: what a request is sent to, and
// what the `u` tag of its NIP-98 token says. A value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tender::http {

class Url {
 public:
  /// Parses and normalizes (lowercase scheme and host, canonical IPv6, default port dropped; path
  /// and query stay as written). Throws std::invalid_argument that says what is wrong: not an
  /// absolute http(s) URL, no host or one that is not a host name (or begins with an IPv4 address
  /// and goes on), user info, a fragment, port 0 or over 65535.
  [[nodiscard]] static Url parse(std::string_view text);

  /// This URL with `path` (which starts with '/') appended to its own path; a trailing '/' of ours
  /// is dropped and our query stays. Throws std::invalid_argument when `path` is not a
  /// percent-encoded path.
  [[nodiscard]] Url with_path(std::string_view path) const;

  [[nodiscard]] bool tls() const { return tls_; }
  [[nodiscard]] const std::string& host() const { return host_; }  // without brackets for IPv6
  [[nodiscard]] std::uint16_t port() const { return port_; }  // the default one where none is given
  [[nodiscard]] const std::string& target() const {
    return target_;
  }  // path and query, at least "/"
  /// The Host header: host, and the port unless it is the scheme's default (RFC 9110, 7.2).
  [[nodiscard]] std::string authority() const;
  /// scheme://authority + target.
  [[nodiscard]] std::string text() const;

 private:
  Url() = default;
  bool tls_ = false;
  std::string host_;
  std::uint16_t port_ = 0;
  std::string target_;
};

}  // namespace tender::http
