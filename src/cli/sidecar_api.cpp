#include "sidecar_api.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>

#include "tender/http/client.hpp"

#include "event_loop.hpp"

namespace tender::cli {
namespace {

constexpr Milliseconds kPatience{2000};

std::string authority_of(const http::ServerAddress& bind) {
  const auto* const address = std::get_if<http::TcpAddress>(&bind);
  if (address == nullptr) {
    return "localhost";
  }
  boost::system::error_code error;
  const auto host = boost::asio::ip::make_address(address->host, error);
  if (host.is_unspecified()) {
    return fmt::format("{}:{}", host.is_v6() ? "[::1]" : "127.0.0.1", address->port);
  }
  return fmt::format("{}:{}", host.is_v6() ? '[' + address->host + ']' : address->host,
                     address->port);
}

std::string name_of(const http::ServerAddress& bind) {
  const auto* const socket = std::get_if<http::UnixAddress>(&bind);
  return socket == nullptr ? authority_of(bind) : socket->path.string();
}

}  // namespace

http::Url sidecar_url(const http::ServerAddress& bind, std::string_view target) {
  return http::Url::parse(fmt::format("http://{}{}", authority_of(bind), target));
}

http::Exchange ask_sidecar(const http::ServerAddress& bind, http::Request request) {
  boost::asio::io_context io;
  http::ClientOptions options;
  if (const auto* const address = std::get_if<http::UnixAddress>(&bind)) {
    options.unix_socket = address->path;
  }
  http::Client transport(io.get_executor(), std::move(options));
  http::Exchange exchange;
  const auto ask = [&]() -> boost::asio::awaitable<void> {
    exchange = co_await transport.exchange(std::move(request));
    transport.stop();
  };
  run_to_end(io, ask());
  return exchange;
}

std::optional<std::string> find_api_fault(const http::ServerAddress& bind) {
  http::Request request(http::Method::get, sidecar_url(bind, "/healthz"));
  request.timeout = kPatience;
  const http::Exchange exchange = ask_sidecar(bind, std::move(request));
  const auto* const response = std::get_if<http::Response>(&exchange.result);
  if (response == nullptr) {
    return fmt::format("nothing answers at {} (ADMIN_BIND) from here: {}", name_of(bind),
                       std::get<http::Failure>(exchange.result).detail);
  }
  if (response->status != 200) {
    return fmt::format("another program seems to listen at {} (ADMIN_BIND): it answers {}",
                       name_of(bind), response->status);
  }
  return std::nullopt;
}

}  // namespace tender::cli
