#include "zooid-sim/api.hpp"

#include <cerrno>
#include <optional>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

#include "zooid-sim/duplicates.hpp"
#include "zooid-sim/go_error.hpp"

namespace zooid_sim {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxBody = 1'048'576;  // 1 MiB
constexpr std::string_view kPrefix = "/relay/";

Answer message_answer(int status, std::string_view text) {
  return json_answer(status, {{"message", text}});
}

// Go's words for a body that is not JSON.
std::string json_fault(const std::string& body) {
  if (json::accept(body)) {
    return "exceeded max depth";  // of parse_json
  }
  try {
    // Keeps nothing: what is deep would need as deep a stack to be freed.
    const json ignored = json::parse(body, [](int, json::parse_event_t, json&) { return false; });
  } catch (const json::parse_error& error) {
    if (error.byte > 0 && error.byte <= body.size()) {
      return fmt::format("invalid character '{}' looking for beginning of value",
                         body[error.byte - 1]);
    }
  } catch (const json::exception&) {
    // A number that is too large, for instance.
  }
  return "unexpected end of JSON input";
}

std::string wrong_value(const json& value, std::string_view wanted) {
  const std::string_view type = value.is_boolean() ? "bool" : value.type_name();
  return fmt::format("json: cannot unmarshal {} into Go value of type {}", type, wanted);
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

Api::Api(const Auth& auth, ConfigStore& store, const Members& members, Generation generation)
    : auth_(auth), store_(store), members_(members), generation_(generation) {}

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
  if (generation_ == Generation::b) {
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
  }
  return is_write(request.method) ? change(request, id) : error_answer(405, "method not allowed");
}

// zooid looks for the relay before it looks at the body.
Answer Api::change(const Request& request, const std::string& id) {
  const int fault = store_.stat(id);
  if (request.method == "POST" && fault == 0) {
    return error_answer(409, "relay with this id already exists");
  }
  if (request.method != "POST" && fault == ENOENT) {
    return error_answer(404, "relay not found");
  }
  if (request.method != "POST" && fault != 0) {
    return error_answer(
        500, "failed to check config: " + go_error("stat", store_.file(id).string(), fault));
  }
  if (request.method == "DELETE") {
    return remove(id);
  }
  ConfigResult existing;
  if (request.method == "PATCH") {
    existing = store_.read(id);
    if (!existing.config) {
      return error_answer(500, "failed to read existing config: " + existing.error);
    }
  }
  if (request.body.size() > kMaxBody) {
    return error_answer(400, "failed to read body: http: request body too large");
  }
  const ConfigResult result =
      existing.config ? parse_patched(*existing.config, request.body) : parse_whole(request.body);
  return result.config ? save(request.method, id, *result.config) : error_answer(400, result.error);
}

// A complete config from a body, or the text of its 400.
ConfigResult Api::parse_whole(const std::string& body) const {
  const auto document = tender::parse_json(body, kMaxBody);
  if (!document) {
    return {std::nullopt, "invalid json config: " + json_fault(body)};
  }
  if (!document->is_object() && !document->is_null()) {
    return {std::nullopt, "invalid json config: " + wrong_value(*document, "zooid.Config")};
  }
  ConfigResult result = read_config(*document, generation_);
  if (!result.config) {
    result.error = "invalid json config: " + result.error;
  } else if (const auto fault = validate(*result.config, generation_)) {
    return {std::nullopt, *fault};
  }
  return result;
}

// `config` with the RFC 7396 patch in `body` merged into it, or the text of its 400.
ConfigResult Api::parse_patched(const Config& config, const std::string& body) const {
  const auto document = tender::parse_json(body, kMaxBody);
  if (!document) {
    return {std::nullopt, "invalid json: " + json_fault(body)};
  }
  if (!document->is_object() && !document->is_null()) {
    return {std::nullopt, "invalid json: " + wrong_value(*document, "map[string]interface {}")};
  }
  json merged = to_json(config, generation_);
  if (document->is_object()) {
    merged.merge_patch(*document);
  }
  ConfigResult result = read_config(merged, generation_);
  if (!result.config) {
    return result;
  }
  if (const auto fault = validate(*result.config, generation_)) {
    return {std::nullopt, *fault};
  }
  return result;
}

Answer Api::save(const std::string& method, const std::string& id, const Config& config) {
  if (const int fault = store_.list(); fault != 0) {
    return error_answer(409, "failed to read config directory: " +
                                 go_error("open", store_.directory().string(), fault));
  }
  if (const auto duplicate = find_duplicate(config, id, store_.relays())) {
    return error_answer(409, *duplicate);
  }
  try {
    method == "POST" ? store_.create(id, config) : store_.replace(id, config);
  } catch (const FileError& error) {
    return error_answer(500, std::string("failed to write config: ") + error.what());
  }
  if (method == "POST") {
    return message_answer(201, "relay created successfully");
  }
  return message_answer(
      200, method == "PUT" ? "relay updated successfully" : "relay patched successfully");
}

Answer Api::remove(const std::string& id) {
  try {
    store_.remove(id);
  } catch (const FileError& error) {
    return error_answer(500, std::string("failed to delete config: ") + error.what());
  }
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
