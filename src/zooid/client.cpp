#include "tender/zooid/client.hpp"

#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

#include "redact.hpp"

namespace tender::zooid {

boost::asio::awaitable<http::Exchange> Client::request(http::Method method, std::string path,
                                                       std::string body, Secret hidden) {
  http::Request request(method, env_.zooid_api_url.with_path(path));
  request.headers.push_back({"Accept", "application/json"});
  const Secret token(
      env_.make_auth(random_, clock_.now(), request.url.text(), http::to_string(method), body));
  request.headers.push_back({"Authorization", std::string(token.reveal())});
  if (!body.empty()) {
    request.headers.push_back({"Content-Type", "application/json"});
  }
  request.body = std::move(body);
  request.timeout = env_.zooid_api_timeout;
  http::Exchange exchange = co_await transport_.exchange(std::move(request));
  hide_secrets(exchange, hidden, token);
  co_return exchange;
}

boost::asio::awaitable<http::Exchange> Client::probe() {
  std::string path = relay_path(RelayId{random_.uuid()}) + "/members";
  co_return co_await request(http::Method::get, std::move(path), std::string());
}

void Client::hide_secrets(http::Exchange& exchange, const Secret& hidden,
                          const Secret& token) const {
  auto* response = std::get_if<http::Response>(&exchange.result);
  if (response == nullptr) {
    return;
  }
  const Secret robot(env_.robot_key.reveal_hex());
  std::vector<std::string_view> secrets{hidden.reveal(), token.reveal(), robot.reveal()};
  if (env_.blossom_s3) {
    secrets.push_back(env_.blossom_s3->access_key.reveal());
    secrets.push_back(env_.blossom_s3->secret_key.reveal());
  }
  if (env_.livekit) {
    secrets.push_back(env_.livekit->api_key.reveal());
    secrets.push_back(env_.livekit->api_secret.reveal());
  }
  for (http::Header& header : response->headers) {
    header.value = redact(std::move(header.value), secrets);
  }
  // What zooid quotes may be written in any of JSON's ways: the text that people will see counts.
  const std::string error =
      json_text(parse_json(response->body).value_or(nlohmann::json()), "error");
  if (!error.empty()) {
    const nlohmann::json clean = {{"error", redact(error, secrets)}};
    response->body = json_line(clean);
  } else {
    response->body = redact(std::move(response->body), secrets);
  }
}

// An odd id, written past the checks of the database, must not lead to another path.
http::ClientOptions transport_options(const config::Env& env) {
  http::ClientOptions options;
  options.max_connections = env.relay_sync_concurrency;
  if (env.zooid_api_ca_file) {
    options.ca_file = env.zooid_api_ca_file->string();
  }
  return options;
}

std::string relay_path(const RelayId& id) {
  std::string path = "/relay/";
  for (const char c : id.text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
    path += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return path;
}

}  // namespace tender::zooid
