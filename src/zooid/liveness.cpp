#include "tender/zooid/liveness.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/zooid/relay_config.hpp"

namespace tender::zooid {
namespace {

constexpr std::size_t kLongestNameShown = 80;

LivenessVerdict unclear(std::string reason) {
  return {Liveness::unclear, std::move(reason)};
}

LivenessVerdict judge_document(const nlohmann::json& document, const Relay& relay) {
  const std::string name = json_text(document, "name");
  if (relay.status != RelayStatus::active) {
    return {Liveness::wrong, fmt::format("it is {} and still served", to_string(relay.status))};
  }
  if (name != relay.info_name) {
    return {Liveness::wrong, fmt::format("it shows the name \"{}\" instead of \"{}\"",
                                         printable(name, kLongestNameShown),
                                         printable(relay.info_name, kLongestNameShown))};
  }
  return {};
}

}  // namespace

http::Request nip11_request(const Relay& relay, const config::Env& env) {
  const std::string host = relay_host(relay, env);
  const bool direct = env.relay_verify == config::RelayVerify::direct;
  const std::string scheme = env.zooid_api_url.tls() ? "https" : "http";
  http::Request request(
      http::Method::get,
      http::Url::parse(direct ? fmt::format("{}://{}/", scheme, env.zooid_api_url.authority())
                              : fmt::format("https://{}/", host)));
  if (direct) {
    request.host = host;
  }
  request.headers.push_back({"Accept", "application/nostr+json"});
  request.timeout = env.zooid_api_timeout;
  return request;
}

LivenessVerdict judge_liveness(const http::Exchange& exchange, const Relay& relay) {
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return unclear(failure->detail);
  }
  const auto& response = std::get<http::Response>(exchange.result);
  if (response.status == 404) {
    return relay.status == RelayStatus::active
               ? LivenessVerdict{Liveness::wrong, "its host answers 404"}
               : LivenessVerdict();
  }
  const auto document = parse_json(response.body);
  if (response.status != 200 || !document || !document->is_object()) {
    return unclear(fmt::format("its host answers {} without a NIP-11 document", response.status));
  }
  return judge_document(*document, relay);
}

}  // namespace tender::zooid
