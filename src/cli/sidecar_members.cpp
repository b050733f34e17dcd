#include "sidecar_members.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/http/client.hpp"
#include "tender/store/database_lock.hpp"

#include "event_loop.hpp"

namespace tender::cli {
namespace {

// Where this machine reaches it: one that listens everywhere listens on loopback, too.
std::string authority_of(const http::TcpAddress& address) {
  boost::system::error_code error;
  const auto host = boost::asio::ip::make_address(address.host, error);
  if (host.is_unspecified()) {
    return fmt::format("{}:{}", host.is_v6() ? "[::1]" : "127.0.0.1", address.port);
  }
  return fmt::format("{}:{}", host.is_v6() ? '[' + address.host + ']' : address.host, address.port);
}

// What the token is to be for: the server compares it with ADMIN_URL, or else with what it is
// asked by.
std::string signed_url(const config::Env& env, const http::Url& url) {
  if (!env.admin.url) {
    return url.text();
  }
  std::string base = env.admin.url->text();
  if (base.ends_with('/')) {
    base.pop_back();
  }
  return base + url.target();
}

std::optional<infra::MemberList> read_members(const http::Exchange& exchange) {
  const auto* const response = std::get_if<http::Response>(&exchange.result);
  if (response == nullptr || response->status != 200) {
    return std::nullopt;
  }
  const auto json = parse_json(response->body);
  if (!json || !json->is_object() || !json->contains("members") ||
      !json->at("members").is_array()) {
    return std::nullopt;
  }
  infra::MemberList list;
  for (const auto& member : json->at("members")) {
    if (!member.is_string()) {
      return std::nullopt;
    }
    list.members.push_back(member.get<std::string>());
  }
  return list;
}

}  // namespace

std::optional<infra::MemberList> members_of_sidecar(const config::Env& env, StoreSession& session,
                                                    const RelayId& id) {
  const auto* const address =
      env.admin.bind ? std::get_if<http::TcpAddress>(&*env.admin.bind) : nullptr;
  if (address == nullptr || !store::DatabaseLock::holder(session.database.path())) {
    return std::nullopt;
  }
  const http::Url url = http::Url::parse(
      fmt::format("http://{}/v1/relays/{}/members", authority_of(*address), id.text));
  http::Request request(http::Method::get, url);
  request.timeout = env.zooid_api_timeout;
  request.headers.push_back({"Authorization", env.make_auth(session.random, session.clock.now(),
                                                            signed_url(env, url), "GET", "")});
  boost::asio::io_context io;
  http::Client transport(io.get_executor(), {});
  std::optional<infra::MemberList> list;
  const auto ask = [&]() -> boost::asio::awaitable<void> {
    const http::Exchange exchange = co_await transport.exchange(std::move(request));
    list = read_members(exchange);
    transport.stop();
  };
  run_to_end(io, ask());
  return list;
}

}  // namespace tender::cli
