// An absolute http or https URL, parsed by Boost.URL and normalized: what a request is sent to, and
// what the `u` tag of its NIP-98 token says. A value.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tender::http {

/// what() begins with the URL, unless it may hold a password.
class InvalidUrl : public std::invalid_argument {
 public:
  InvalidUrl(const std::string& shown, std::string_view fault)
      : std::invalid_argument(shown + " " + std::string(fault)), fault_(fault) {}

  /// What is wrong, without the URL, whose path may be a secret: "has no host".
  [[nodiscard]] const std::string& fault() const { return fault_; }

 private:
  std::string fault_;
};

class Url {
 public:
  /// Parses and normalizes (lowercase scheme and host, canonical IPv6, default port dropped; path
  /// and query stay as written). Throws InvalidUrl that says what is wrong: not an
  /// absolute http(s) URL, no host or one that is not a host name (or begins with an IPv4 address
  /// and goes on), user info, a fragment, port 0 or over 65535.
  [[nodiscard]] static Url parse(std::string_view text);

  /// This URL with `path` (which starts with '/') appended to its own path; a trailing '/' of ours
  /// is dropped and our query stays. Throws InvalidUrl when `path` is not a
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
  /// scheme://authority: what a message may show of a URL whose path or query may be a secret.
  [[nodiscard]] std::string origin() const;
  /// The origin and the target.
  [[nodiscard]] std::string text() const;

 private:
  Url() = default;
  bool tls_ = false;
  std::string host_;
  std::uint16_t port_ = 0;
  std::string target_;
};

}  // namespace tender::http
