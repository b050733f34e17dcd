// Where a connection leads: the pool's key, and what messages name.
#pragma once

#include <cstdint>
#include <string>

#include "tender/http/url.hpp"

namespace tender::http {

struct Origin {
  explicit Origin(const Url& url) : tls(url.tls()), host(url.host()), port(url.port()) {}

  bool operator==(const Origin&) const = default;

  /// host:port, with brackets around IPv6.
  [[nodiscard]] std::string text() const {
    const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return shown + ":" + std::to_string(port);
  }

  bool tls;
  std::string host;
  std::uint16_t port;
};

}  // namespace tender::http
