#include "zooid-sim/management.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/nostr/http_auth.hpp"

#include "zooid-sim/go_error.hpp"

namespace zooid_sim {
namespace {

using nlohmann::json;
using tender::nostr::HttpAuthFault;

constexpr std::string_view kType = "application/nostr+json+rpc";

Answer reply(json body) {
  Answer answer = json_answer(200, body);
  answer.headers = {{"Content-Type", std::string(kType)}};
  return answer;
}

Answer refusal(std::string_view why) {
  return reply({{"error", why}});
}

std::string_view words(HttpAuthFault fault) {
  switch (fault) {
    case HttpAuthFault::missing:
    case HttpAuthFault::scheme:
      return "missing auth";
    case HttpAuthFault::base64:
      return "invalid base64 auth";
    case HttpAuthFault::json:
      return "invalid auth event json";
    case HttpAuthFault::created_at:
      return "auth event is too old";
    case HttpAuthFault::url:
      return "invalid 'u' tag";
    case HttpAuthFault::payload:
      return "invalid auth event payload hash";
    default:
      return "invalid auth event";
  }
}

bool may_manage(const Config& config, const std::string& key) {
  if (key == config.info.pubkey) {
    return true;
  }
  return std::ranges::any_of(config.roles, [&key](const auto& role) {
    const auto& [name, rights] = role;
    return rights.can_manage &&
           (name == "member" || std::ranges::find(rights.pubkeys, key) != rights.pubkeys.end());
  });
}

// Where the method writes; null: it is not supported here.
std::string* field_of(const std::string& method, Config::Info& info) {
  if (method == "changerelayname") {
    return &info.name;
  }
  if (method == "changerelaydescription") {
    return &info.description;
  }
  return method == "changerelayicon" ? &info.icon : nullptr;
}

}  // namespace

bool is_management_call(const Request& request) {
  return request.method == "POST" && request.path == "/" && request.header("content-type") == kType;
}

Answer answer_management(const Request& request, const std::string& id, const Config& loaded,
                         ConfigStore& store, tender::TimePoint now) {
  const std::string header(request.header("authorization").value_or(""));
  const std::string url = "wss://" + request.host;
  const auto token = tender::nostr::verify_http_auth(
      {.header = header, .url = url, .method = request.method, .body = request.body, .now = now});
  if (!token.signer) {
    return refusal(words(token.fault));
  }
  const json call = tender::parse_json(request.body).value_or(json());
  const std::string method = tender::json_text(call, "method");
  if (method.empty()) {
    return refusal("invalid json body");
  }
  if (loaded.management.enabled && !may_manage(loaded, token.signer->hex())) {
    return refusal("blocked: only relay admins can manage this relay.");
  }
  Config changed = loaded;
  std::string* field = field_of(method, changed.info);
  if (field == nullptr || !loaded.management.enabled) {
    return refusal(fmt::format("method {} not supported", method));
  }
  const json params = call.value("params", json::array());
  if (!params.is_array() || params.empty() || !params[0].is_string()) {
    return refusal("invalid params: missing text");
  }
  *field = params[0].get<std::string>();
  try {
    store.replace(id, changed);
  } catch (const FileError& error) {
    return refusal(std::string("failed to write config: ") + error.what());
  }
  return reply({{"result", true}});
}

}  // namespace zooid_sim
