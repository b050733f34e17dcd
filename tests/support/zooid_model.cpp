#include "support/zooid_model.hpp"

#include "tender/nostr/keys.hpp"

namespace tender::test {

using nlohmann::json;

namespace {

http::Response say(int status, const char* member, const std::string& text) {
  http::Response response;
  response.status = status;
  response.body = json{{member, text}}.dump();
  return response;
}

json document_of(const json& config) {
  const json info = config.value("info", json::object());
  json document = {{"name", info.value("name", "")},
                   {"description", info.value("description", "")},
                   {"icon", info.value("icon", "")},
                   {"pubkey", info.value("pubkey", "")}};
  if (const std::string secret = config.value("secret", ""); !secret.empty()) {
    document["self"] = nostr::SecretKey::parse(secret).public_key().hex();
  }
  return document;
}

}  // namespace

http::Response ZooidModel::apply(http::Method method, const std::string& relay, const json& body) {
  const auto found = relays.find(relay);
  if (method == http::Method::post && found != relays.end()) {
    return say(409, "error", "relay with this id already exists");
  }
  if (method != http::Method::post && found == relays.end()) {
    return say(404, "error", "relay not found");
  }
  if (method == http::Method::get) {
    http::Response members;
    members.status = 200;
    members.body = json{{"members", {found->second["info"]["pubkey"]}}}.dump();
    return members;
  }
  if (body.contains("host") && !owner_of(body["host"], relay).empty()) {
    return say(409, "error", "host \"" + body["host"].get<std::string>() + "\" is already in use");
  }
  if (method == http::Method::post) {
    relays[relay] = body;
    ++creations[relay];
    return say(201, "message", "relay created");
  }
  found->second.merge_patch(body);
  return say(200, "message", "relay updated");
}

http::Response ZooidModel::serve(const std::string& host) const {
  for (const auto& [id, config] : relays) {
    if (config["host"] == host && !config.value("inactive", false) && !not_loaded.contains(id)) {
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

std::string ZooidModel::owner_of(const json& host, const std::string& relay) const {
  for (const auto& [id, config] : relays) {
    if (id != relay && config.value("host", json()) == host) {
      return id;
    }
  }
  return {};
}

}  // namespace tender::test
