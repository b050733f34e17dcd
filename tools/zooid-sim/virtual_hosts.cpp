#include "zooid-sim/virtual_hosts.hpp"

#include <nlohmann/json.hpp>

#include "tender/nostr/keys.hpp"

namespace zooid_sim {
namespace {

nlohmann::json information(const Config& config) {
  return {
      {"name", config.info.name},
      {"description", config.info.description},
      {"icon", config.info.icon},
      {"pubkey", config.info.pubkey},
      {"self", tender::nostr::SecretKey::parse(padded_secret(config.secret)).public_key().hex()},
      {"software", "https://github.com/coracle-social/zooid"},
      {"version", "sim"},
      {"supported_nips", {1, 11, 42}}};
}

}  // namespace

Answer answer_virtual_host(const Request& request, const Watcher& watcher) {
  const Config* config = watcher.serve(request.host);
  const std::string_view accept = request.header("accept").value_or("");
  if (config == nullptr || request.method != "GET" || request.path != "/" ||
      accept.find("application/nostr+json") == std::string::npos) {
    return plain_not_found();
  }
  Answer answer = json_answer(200, information(*config));
  answer.headers = {{"Content-Type", "application/nostr+json"},
                    {"Access-Control-Allow-Origin", "*"}};
  return answer;
}

}  // namespace zooid_sim
