#include "support/zooid_model.hpp"

#include "tender/nostr/keys.hpp"

namespace tender::test {

using nlohmann::json;

namespace {

constexpr int kCreated = 201;

http::Response say(int status, const char* member, const std::string& text) {
  http::Response response;
  response.status = status;
  response.body = json{{member, text}}.dump();
  return response;
}

http::Response error(int status, const std::string& text) {
  return say(status, "error", text);
}

// The keys that zooid knows; `true`: with all that they hold.
const json& known_keys(Generation generation) {
  static const json older = json::parse(R"({
    "host": true, "schema": true, "secret": true, "inactive": true,
    "info": {"name": true, "icon": true, "pubkey": true, "description": true},
    "policy": {"public_join": true, "strip_signatures": true},
    "groups": {"enabled": true}, "management": {"enabled": true}, "push": {"enabled": true},
    "blossom": {"enabled": true},
    "livekit": {"server_url": true, "api_key": true, "api_secret": true},
    "roles": true})");
  static const json newer = [] {
    json keys = older;
    keys.merge_patch(json::parse(R"({
      "policy": {"public_read": true, "public_write": true},
      "blossom": {"authenticated_read": true, "adapter": true, "s3": true}})"));
    return keys;
  }();
  return generation == Generation::a ? older : newer;
}

json filter(const json& value, const json& known) {
  if (!known.is_object() || !value.is_object()) {
    return value;
  }
  json left = json::object();
  for (const auto& [key, part] : value.items()) {
    if (known.contains(key)) {
      json inner = filter(part, known[key]);
      if (!inner.is_object() || !inner.empty()) {
        left[key] = std::move(inner);
      }
    }
  }
  return left;
}

std::string missing_key(const json& config) {
  for (const char* key : {"host", "schema", "secret"}) {
    if (config.value(key, "").empty()) {
      return std::string(key) + " is required";
    }
  }
  return {};
}

json document_of(const json& config) {
  const json info = config.value("info", json::object());
  json document = {{"name", info.value("name", "")},
                   {"description", info.value("description", "")},
                   {"icon", info.value("icon", "")},
                   {"pubkey", info.value("pubkey", "")}};
  try {
    document["self"] = nostr::SecretKey::parse(config.value("secret", "")).public_key().hex();
  } catch (const nostr::InvalidKey&) {
    // The test gave it none.
  }
  return document;
}

}  // namespace

json ZooidModel::kept(const json& config) const {
  return filter(config, known_keys(generation));
}

bool ZooidModel::is_torn(const std::string& relay) const {
  const auto found = relays.find(relay);
  return found != relays.end() && found->second.empty();
}

http::Response ZooidModel::apply(http::Method method, const std::string& relay, const json& body) {
  if (method == http::Method::get && generation == Generation::a) {
    return error(405, "method not allowed");
  }
  if (method == http::Method::post) {
    return create(relay, body);
  }
  if (!relays.contains(relay)) {
    return error(404, "relay not found");
  }
  switch (method) {
    case http::Method::put:
      return replace(relay, body);
    case http::Method::patch:
      return patch(relay, body);
    case http::Method::delete_:
      return remove(relay);
    default:
      return members(relay);
  }
}

http::Response ZooidModel::create(const std::string& relay, const json& body) {
  if (relays.contains(relay)) {
    return error(409, "relay with this id already exists");
  }
  http::Response answer = save(relay, body, say(kCreated, "message", "relay created successfully"));
  creations[relay] += answer.status == kCreated ? 1 : 0;
  return answer;
}

http::Response ZooidModel::replace(const std::string& relay, const json& body) {
  return save(relay, body, say(200, "message", "relay updated successfully"));
}

http::Response ZooidModel::patch(const std::string& relay, const json& body) {
  if (storage == Storage::unreadable) {
    return error(500, "failed to read existing config: open " + relay + ".toml: permission denied");
  }
  json config = relays[relay];
  config.merge_patch(body);
  return save(relay, std::move(config), say(200, "message", "relay patched successfully"));
}

http::Response ZooidModel::save(const std::string& relay, json config, http::Response success) {
  if (const std::string missing = missing_key(config); !missing.empty()) {
    return error(400, missing);
  }
  if (storage == Storage::unreadable) {
    return error(409, "failed to read config directory: open config: permission denied");
  }
  if (const std::string why = collision(config, relay); !why.empty()) {
    return error(409, why);
  }
  if (storage == Storage::full) {
    relays[relay] = json::object();  // truncated first
    return error(500, "failed to write config: failed to encode toml: write " + relay +
                          ".toml: no space left on device");
  }
  relays[relay] = kept(config);
  return success;
}

http::Response ZooidModel::remove(const std::string& relay) {
  if (storage == Storage::unreadable) {
    return error(500, "failed to delete config: remove " + relay + ".toml: permission denied");
  }
  relays.erase(relay);
  not_loaded.erase(relay);
  stale.erase(relay);
  return say(200, "message", "relay deleted successfully");
}

http::Response ZooidModel::members(const std::string& relay) const {
  http::Response members;
  members.status = 200;
  const json info = relays.at(relay).value("info", json::object());
  members.body = json{{"members", {info.value("pubkey", "")}}}.dump();
  return members;
}

http::Response ZooidModel::serve(const std::string& host) const {
  for (const auto& [id, file] : relays) {
    const auto old = stale.find(id);
    const json& config = old == stale.end() ? file : old->second;
    if (config.value("host", "") == host && !config.value("inactive", false) &&
        !not_loaded.contains(id)) {
      http::Response document;
      document.status = 200;
      document.body = document_of(config).dump();
      return document;
    }
  }
  http::Response absent;
  absent.status = 404;
  absent.body = "404 page not found";
  return absent;
}

std::string ZooidModel::collision(const json& config, const std::string& relay) const {
  for (const auto& [id, other] : relays) {
    if (id == relay) {
      continue;
    }
    for (const char* key : {"schema", "host"}) {
      if (const auto value = config.value(key, ""); other.value(key, "") == value) {
        return std::string(key) + " \"" + value + "\" is already in use";
      }
    }
  }
  return {};
}

}  // namespace tender::test
