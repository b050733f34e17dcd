#include "tender/zooid/liveness.hpp"

#include <string_view>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/nostr/keys.hpp"
#include "tender/zooid/relay_config.hpp"

namespace tender::zooid {
namespace {

constexpr std::size_t kLongestTextShown = 80;

LivenessVerdict unclear(std::string reason) {
  return {.liveness = Liveness::unclear, .reason = std::move(reason)};
}

// zooid completes an icon whose scheme it does not know as one of its own paths.
bool shows(std::string_view key, const std::string& shown, const std::string& wanted) {
  return shown == wanted || (key == "icon" && !wanted.empty() && shown.ends_with('/' + wanted));
}

constexpr std::string_view kInfo = "/info/";  // NIP-11 has the members of this section

// The relay's own key, or nothing.
std::string identity_of(const nlohmann::json& document) {
  try {
    return nostr::PublicKey::parse(json_text(document, "self")).hex();
  } catch (const nostr::InvalidKey&) {
    return {};
  }
}

LivenessVerdict judge_document(const nlohmann::json& document, const Relay& relay) {
  // zooid always names the owner and the relay's own key. Whoever answers in front of it may not.
  for (const char* key : {"pubkey", "self"}) {
    if (json_text(document, key).empty()) {
      return unclear(fmt::format("its NIP-11 document has no \"{}\", so it is not zooid's", key));
    }
  }
  LivenessVerdict verdict{.identity = identity_of(document)};
  if (relay.status != RelayStatus::active) {
    verdict.liveness = Liveness::wrong;
    verdict.reason = fmt::format("it is {} but still served", to_string(relay.status));
    return verdict;
  }
  for (const RelayField& field : relay_fields()) {
    if (!field.zooid.starts_with(kInfo)) {
      continue;
    }
    const std::string key(field.zooid.substr(kInfo.size()));
    const std::string shown = json_text(document, key);
    const auto wanted = field_value(field, relay).get<std::string>();
    if (!shows(key, shown, wanted)) {
      verdict.drift.push_back(
          {.field = std::string(field.column), .desired = wanted, .observed = shown});
      verdict.reason += fmt::format(
          "{}it shows the {} \"{}\" instead of \"{}\"", verdict.reason.empty() ? "" : ", ", key,
          printable(shown, kLongestTextShown), printable(wanted, kLongestTextShown));
      verdict.liveness = Liveness::wrong;
    }
  }
  return verdict;
}

http::Request document_request(http::Url url, const config::Env& env) {
  http::Request request(http::Method::get, std::move(url));
  request.headers.push_back({"Accept", "application/nostr+json"});
  request.timeout = env.zooid_api_timeout;
  return request;
}

}  // namespace

http::Request nip11_request(const Relay& relay, const config::Env& env, const http::Url& address) {
  std::string host = relay_host(relay, env);
  if (env.relay_verify == config::RelayVerify::direct) {
    return direct_nip11_request(std::move(host), env, address);
  }
  return document_request(http::Url::parse(fmt::format("https://{}/", host)), env);
}

http::Request direct_nip11_request(std::string host, const config::Env& env,
                                   const http::Url& address) {
  const std::string_view scheme = address.tls() ? "https" : "http";
  http::Request request =
      document_request(http::Url::parse(fmt::format("{}://{}/", scheme, address.authority())), env);
  request.host = std::move(host);
  return request;
}

LivenessVerdict judge_liveness(const http::Exchange& exchange, const Relay& relay) {
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return unclear(failure->detail);
  }
  const auto& response = std::get<http::Response>(exchange.result);
  if (response.status == 404) {
    return relay.status == RelayStatus::active
               ? LivenessVerdict{.liveness = Liveness::wrong, .reason = "its host answers 404"}
               : LivenessVerdict();
  }
  const auto document = parse_json(response.body);
  if (response.status != 200 || !document || !document->is_object()) {
    return unclear(fmt::format("its host answers {} without a NIP-11 document", response.status));
  }
  return judge_document(*document, relay);
}

}  // namespace tender::zooid
