#include "simulation/meaning.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace tender::simulation {
namespace {

using nlohmann::json;

// The body as an object; an empty one when it is none.
json object_in(const http::Response& response) {
  json body = json::parse(response.body, nullptr, /*allow_exceptions=*/false);
  return body.is_object() ? body : json::object();
}

Meaning failure_means(const http::Failure& failure) {
  Meaning meaning;
  meaning.heard = failure.written ? Heard::unknown : Heard::unheeded;
  meaning.late = failure.fault == http::Fault::timeout;
  const bool failing = meaning.late || failure.fault == http::Fault::refused ||
                       failure.fault == http::Fault::dns || failure.fault == http::Fault::tls;
  meaning.host = failing ? HostShown::failing : HostShown::nothing;
  return meaning;
}

bool is_about_storage(const std::string& error) {
  return std::ranges::any_of(
      std::array{"failed to write config: ", "failed to read config directory: ",
                 "failed to read existing config: ", "failed to check config: "},
      [&](const char* text) { return error.starts_with(text); });
}

// `error` is what zooid itself says; empty: it is not zooid that speaks.
Meaning status_means(int status, http::Method method, const json& body, const std::string& error) {
  if (is_about_storage(error)) {
    return {status == 500 ? Heard::unknown : Heard::unheeded, HostShown::storage, {}};
  }
  const HostShown by_zooid = error.empty() ? HostShown::nothing : HostShown::well;
  switch (status) {
    case 200:
    case 201:
      return body.empty() ? Meaning{Heard::unknown, HostShown::nothing, {}}
                          : Meaning{Heard::done, HostShown::well, {}};
    case 401:
    case 403:
      return {Heard::unheeded, HostShown::failing, {}};
    case 404:
      if (error != "relay not found") {
        return {Heard::unheeded, HostShown::failing, {}};
      }
      // What is to be deleted is not there any more.
      return {method == http::Method::delete_ ? Heard::done : Heard::lost, HostShown::well, {}};
    case 405:
      return error == "method not allowed" ? Meaning{Heard::refused, HostShown::well, {}}
                                           : Meaning{Heard::unheeded, HostShown::failing, {}};
    case 429:
      return {Heard::unheeded, HostShown::nothing, {}};
    case 500:
      return {Heard::unknown, by_zooid, {}};
    case 502:
    case 503:
    case 504:
      return {Heard::unknown, HostShown::failing, {}};
    default:
      break;
  }
  const bool torn = method == http::Method::patch &&
                    (error == "secret is required" || error == "host is required");
  return {torn ? Heard::torn : Heard::refused, by_zooid, {}};
}

}  // namespace

Meaning meaning_of(http::Method method, const http::Exchange& exchange) {
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return failure_means(*failure);
  }
  const auto& response = std::get<http::Response>(exchange.result);
  const json body = object_in(response);
  Meaning meaning = status_means(response.status, method, body, body.value("error", ""));
  if (const auto pause = response.header("Retry-After")) {
    meaning.pause = std::chrono::seconds(std::stoi(std::string(*pause)));
  }
  return meaning;
}

std::string host_refused_by(const http::Exchange& exchange) {
  constexpr std::string_view before = "host \"";
  constexpr std::string_view after = "\" is already in use";
  const auto* response = std::get_if<http::Response>(&exchange.result);
  if (response == nullptr || response->status != 409) {
    return {};
  }
  const std::string error = object_in(*response).value("error", "");
  if (!error.starts_with(before) || !error.ends_with(after)) {
    return {};
  }
  return error.substr(before.size(), error.size() - before.size() - after.size());
}

std::string identity_in(const http::Exchange& exchange) {
  const auto* response = std::get_if<http::Response>(&exchange.result);
  return response == nullptr ? std::string() : object_in(*response).value("self", "");
}

Shown shown_by(const http::Exchange& exchange, const RelayRow& relay) {
  const auto* response = std::get_if<http::Response>(&exchange.result);
  if (response == nullptr) {
    return Shown::unclear;
  }
  if (response->status == 404) {
    return relay.active ? Shown::wrong : Shown::as_described;
  }
  const json document = object_in(*response);
  if (response->status != 200 || document.empty()) {
    return Shown::unclear;
  }
  if (document.value("pubkey", "").empty() || document.value("self", "").empty()) {
    return Shown::unclear;
  }
  const json& info = relay.config.at("info");
  const auto same = [&](const char* key) { return document.value(key, "") == info.value(key, ""); };
  const bool all_same = same("name") && same("description") && same("icon") && same("pubkey");
  return relay.active && all_same ? Shown::as_described : Shown::wrong;
}

}  // namespace tender::simulation
