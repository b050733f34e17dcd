#include "redact.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::zooid {
namespace {

constexpr std::string_view kMask = "[secret]";

// Stands for the mask until all are in place: a mask can hold a secret that is an English word.
constexpr std::string_view kMarker("\0", 1);

// Where a shorter one was masked, the masks would tell what it is.
constexpr std::size_t kShortest = 4;

void replace_all(std::string& text, std::string_view part, std::string_view by) {
  for (std::size_t at = text.find(part); at != std::string::npos;
       at = text.find(part, at + by.size())) {
    text.replace(at, part.size(), by);
  }
}

// What zooid says in its own words stays, so that judge() knows it whatever the secrets are.
std::string redact_error(std::string error, std::vector<std::string_view> secrets) {
  const std::size_t own = known_prefix(error).size();
  return error.substr(0, own) + redact(error.substr(own), std::move(secrets));
}

// Of an answer that is JSON, the values only: the names are zooid's.
void redact_values(nlohmann::json& json, const std::vector<std::string_view>& secrets) {
  if (json.is_structured()) {
    for (auto& member : json) {
      redact_values(member, secrets);
    }
  } else if (json.is_string()) {
    json = redact(json.get<std::string>(), secrets);
  }
}

std::string redact_body(std::string body, const std::vector<std::string_view>& secrets) {
  std::string clean = redact(body, secrets);
  if (clean == body) {
    return body;
  }
  auto json = parse_json(body, body.size());
  if (!json || !json->is_object()) {
    return clean;
  }
  redact_values(*json, secrets);
  return json_line(*json);
}

}  // namespace

std::string redact(std::string text, std::vector<std::string_view> secrets) {
  // The longest first: one may hold another, and its rest would remain.
  std::ranges::sort(secrets, std::ranges::greater(), &std::string_view::size);
  for (const std::string_view secret : secrets) {
    if (secret.size() < kShortest) {
      continue;
    }
    replace_all(text, secret, kMarker);
    const std::string quoted = json_line(nlohmann::json(secret));
    replace_all(text, std::string_view(quoted).substr(1, quoted.size() - 2), kMarker);
  }
  replace_all(text, kMarker, kMask);
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
    const nlohmann::json clean = {{"error", redact_error(error, secrets)}};
    response->body = json_line(clean);
  } else {
    response->body = redact_body(std::move(response->body), secrets);
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
