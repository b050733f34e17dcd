// Where a connection leads: the pool's key, and what messages name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "tender/http/url.hpp"

namespace tender::http {

struct Origin {
  Origin(const Url& url, std::optional<std::filesystem::path> socket_file)
      : tls(url.tls()), host(url.host()), port(url.port()), unix_socket(std::move(socket_file)) {}

  bool operator==(const Origin&) const = default;

  /// host:port, with brackets around IPv6; the path of a unix socket.
  [[nodiscard]] std::string text() const {
    if (unix_socket) {
      return unix_socket->string();
    }
    const std::string shown = host.find(':') == std::string::npos ? host : "[" + host + "]";
    return shown + ":" + std::to_string(port);
  }

  bool tls;
  std::string host;
  std::uint16_t port;
  std::optional<std::filesystem::path> unix_socket;  // instead of host and port
};

}  // namespace tender::http
