#include "redact.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

namespace tender::zooid {
namespace {

constexpr std::string_view kMask = "[secret]";

void replace_all(std::string& text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos;
       at = text.find(secret, at + kMask.size())) {
    text.replace(at, secret.size(), kMask);
  }
}

}  // namespace

std::string redact(std::string text, std::vector<std::string_view> secrets) {
  // The longest first: one may hold another, and its rest would remain.
  std::ranges::sort(secrets, std::ranges::greater(), &std::string_view::size);
  for (const std::string_view secret : secrets) {
    if (secret.empty()) {
      continue;
    }
    replace_all(text, secret);
    const std::string quoted = json_line(nlohmann::json(secret));
    replace_all(text, std::string_view(quoted).substr(1, quoted.size() - 2));
  }
  return text;
}

void hide_secrets(http::Exchange& exchange, const config::Env& env,
                  std::vector<std::string_view> more) {
  auto* response = std::get_if<http::Response>(&exchange.result);
  if (response == nullptr) {
    return;
  }
  const Secret robot(env.robot_key.reveal_hex());
  std::vector<std::string_view> secrets = std::move(more);
  secrets.push_back(robot.reveal());
  if (env.blossom_s3) {
    secrets.push_back(env.blossom_s3->access_key.reveal());
    secrets.push_back(env.blossom_s3->secret_key.reveal());
  }
  if (env.livekit) {
    secrets.push_back(env.livekit->api_key.reveal());
    secrets.push_back(env.livekit->api_secret.reveal());
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

Secret token_of(const http::Request& request) {
  for (const http::Header& header : request.headers) {
    if (header.name == "Authorization") {
      return Secret(header.value);
    }
  }
  return {};
}

}  // namespace tender::zooid
