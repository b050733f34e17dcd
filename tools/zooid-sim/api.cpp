#include "zooid-sim/api.hpp"

#include <optional>
#include <system_error>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

#include "zooid-sim/duplicates.hpp"

namespace zooid_sim {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBody = 1'048'576;  // 1 MiB
constexpr std::string_view kPrefix = "/relay/";

Answer message_answer(int status, std::string_view text) {
  return json_answer(status, {{"message", text}});
}

// A complete config from a body, or the text of its 400.
ConfigResult parse_whole(const std::string& body) {
  const auto document = tender::parse_json(body, kMaxBody);
  if (!document) {
    return {std::nullopt, "invalid json config"};
  }
  ConfigResult result = read_config(*document);
  if (!result.config) {
    result.error = "invalid json config: " + result.error;
  } else if (const auto fault = validate(*result.config)) {
    return {std::nullopt, *fault};
  }
  return result;
}

// `config` with the RFC 7396 patch in `body` merged into it, or the text of its 400.
ConfigResult parse_patched(const Config& config, const std::string& body) {
  const auto document = tender::parse_json(body, kMaxBody);
  if (!document || !(document->is_object() || document->is_null())) {
    return {std::nullopt, "invalid json"};
  }
  json merged = to_json(config);
  if (document->is_object()) {
    merged.merge_patch(*document);
  }
  ConfigResult result = read_config(merged);
  if (!result.config) {
    return result;
  }
  if (const auto fault = validate(*result.config)) {
    return {std::nullopt, *fault};
  }
  return result;
}

}  // namespace

std::string relay_in_path(const std::string& path) {
  if (!path.starts_with(kPrefix)) {
    return {};
  }
  const std::string rest = path.substr(kPrefix.size());
  return rest.substr(0, rest.find('/'));
}

bool is_write(const std::string& method) {
  return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

Api::Api(const Auth& auth, ConfigStore& store, const Members& members)
    : auth_(auth), store_(store), members_(members) {}

ApiResult Api::answer(const Request& request) {
  ApiResult result;
  if (auto refusal = auth_.refuse(request, result.pubkey)) {
    result.answer = std::move(*refusal);
    return result;
  }
  result.answer = route(request);
  result.applied = is_write(request.method) && result.answer.status < 300;
  return result;
}

Answer Api::route(const Request& request) {
  if (!request.path.starts_with(kPrefix)) {
    return error_answer(404, "not found");
  }
  const std::string id = relay_in_path(request.path);
  if (id.empty()) {
    return error_answer(400, "relay id is required");
  }
  if (!is_relay_id(id)) {
    return error_answer(400, "invalid relay id");
  }
  const std::string rest = request.path.substr(kPrefix.size() + id.size());
  if (rest == "/members") {
    return request.method == "GET" ? list_members(id) : error_answer(405, "method not allowed");
  }
  if (!rest.empty() && rest != "/") {
    return error_answer(404, "not found");
  }
  if (!is_write(request.method)) {
    return error_answer(405, "method not allowed");
  }
  try {
    return write(request, id);
  } catch (const std::system_error& error) {
    return error_answer(500, std::string("failed to write config: ") + error.what());
  }
}

Answer Api::write(const Request& request, const std::string& id) {
  // zooid looks for the relay before it looks at the body.
  const StoredRelay* relay = store_.find(id);
  if (request.method == "POST" && relay != nullptr) {
    return error_answer(409, "relay with this id already exists");
  }
  if (request.method != "POST" && relay == nullptr) {
    return error_answer(404, "relay not found");
  }
  if (request.method == "DELETE") {
    return remove(id);
  }
  if (request.body.size() > kMaxBody) {
    return error_answer(400, "failed to read body: http: request body too large");
  }
  if (request.method == "POST") {
    return create(id, request.body);
  }
  return request.method == "PUT" ? update(id, request.body) : patch(id, *relay, request.body);
}

Answer Api::create(const std::string& id, const std::string& body) {
  const ConfigResult result = parse_whole(body);
  if (!result.config) {
    return error_answer(400, result.error);
  }
  if (const auto duplicate = find_duplicate(*result.config, id, store_.relays())) {
    return error_answer(409, *duplicate);
  }
  store_.create(id, *result.config);
  return message_answer(201, "relay created successfully");
}

Answer Api::update(const std::string& id, const std::string& body) {
  const ConfigResult result = parse_whole(body);
  if (!result.config) {
    return error_answer(400, result.error);
  }
  if (const auto duplicate = find_duplicate(*result.config, id, store_.relays())) {
    return error_answer(409, *duplicate);
  }
  store_.replace(id, *result.config);
  return message_answer(200, "relay updated successfully");
}

Answer Api::patch(const std::string& id, const StoredRelay& relay, const std::string& body) {
  if (!relay.config) {
    return error_answer(500, "failed to read existing config: " + relay.error);
  }
  const ConfigResult result = parse_patched(*relay.config, body);
  if (!result.config) {
    return error_answer(400, result.error);
  }
  if (const auto duplicate = find_duplicate(*result.config, id, store_.relays())) {
    return error_answer(409, *duplicate);
  }
  store_.replace(id, *result.config);
  return message_answer(200, "relay patched successfully");
}

Answer Api::remove(const std::string& id) {
  store_.remove(id);
  return message_answer(200, "relay deleted successfully");
}

Answer Api::list_members(const std::string& id) const {
  const StoredRelay* relay = store_.find(id);
  if (relay == nullptr) {
    return error_answer(404, "relay not found");
  }
  if (!relay->config) {
    return error_answer(500, "failed to load relay members: " + relay->error);
  }
  return json_answer(200, {{"members", members_.of(id, *relay->config)}});
}

}  // namespace zooid_sim
