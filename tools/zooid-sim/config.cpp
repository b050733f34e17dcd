#include "zooid-sim/config.hpp"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace zooid_sim {
namespace {

using nlohmann::json;

// The one list of fields and where they stand in the JSON, in zooid's order; reading and writing
// both walk it.
template <class AnyConfig, class Visitor>
void each_field(AnyConfig& config, Generation generation, Visitor& visit) {
  const bool later = generation == Generation::b;
  visit("/host", config.host);
  visit("/schema", config.schema);
  visit("/secret", config.secret);
  visit("/inactive", config.inactive);
  visit("/info/name", config.info.name);
  visit("/info/icon", config.info.icon);
  visit("/info/pubkey", config.info.pubkey);
  visit("/info/description", config.info.description);
  visit("/policy/public_join", config.policy.public_join);
  visit("/policy/strip_signatures", config.policy.strip_signatures);
  if (later) {
    visit("/policy/public_read", config.policy.public_read);
    visit("/policy/public_write", config.policy.public_write);
  }
  visit("/groups/enabled", config.groups.enabled);
  visit("/push/enabled", config.push.enabled);
  visit("/management/enabled", config.management.enabled);
  visit("/blossom/enabled", config.blossom.enabled);
  if (later) {
    visit("/blossom/authenticated_read", config.blossom.authenticated_read);
    visit("/blossom/adapter", config.blossom.adapter);
    visit("/blossom/s3/endpoint", config.blossom.s3.endpoint);
    visit("/blossom/s3/region", config.blossom.s3.region);
    visit("/blossom/s3/bucket", config.blossom.s3.bucket);
    visit("/blossom/s3/access_key", config.blossom.s3.access_key);
    visit("/blossom/s3/secret_key", config.blossom.s3.secret_key);
    visit("/blossom/s3/key_prefix", config.blossom.s3.key_prefix);
  }
  visit("/livekit/server_url", config.livekit.server_url);
  visit("/livekit/api_key", config.livekit.api_key);
  visit("/livekit/api_secret", config.livekit.api_secret);
}

// "/host" is Config.host to Go, "/info/name" .info.name: only Config and Role have names.
std::string go_field(std::string pointer) {
  std::ranges::replace(pointer, '/', '.');
  if (pointer.starts_with(".roles.")) {
    return "Role" + pointer;
  }
  return pointer.find('.', 1) == std::string::npos ? "Config" + pointer : pointer;
}

struct Reader {
  const json& document;
  std::string error{};

  template <class Field>
  void operator()(const std::string& pointer, Field& field) {
    const json* value = descend(pointer);
    if (value != nullptr) {
      read(*value, pointer, field);
    }
  }

  // The value at `pointer`, or null when it or an object on the way is absent.
  const json* descend(const std::string& pointer) {
    const json* at = &document;
    for (std::size_t start = 1; start <= pointer.size();) {
      const std::size_t end = std::min(pointer.find('/', start), pointer.size());
      if (at->is_null()) {
        return nullptr;
      }
      if (!at->is_object()) {
        refuse(*at, pointer.substr(0, start - 1), "object");
        return nullptr;
      }
      const auto found = at->find(pointer.substr(start, end - start));
      if (found == at->end()) {
        return nullptr;
      }
      at = &*found;
      start = end + 1;
    }
    return at->is_null() ? nullptr : at;
  }

  void read(const json& value, const std::string& pointer, std::string& field) {
    if (!value.is_string()) {
      return refuse(value, pointer, "string");
    }
    field = value.get<std::string>();
  }

  void read(const json& value, const std::string& pointer, bool& field) {
    if (!value.is_boolean()) {
      return refuse(value, pointer, "bool");
    }
    field = value.get<bool>();
  }

  void read(const json& value, const std::string& pointer, std::vector<std::string>& field) {
    if (!value.is_array()) {
      return refuse(value, pointer, "[]string");
    }
    for (const json& element : value) {
      read(element, pointer, field.emplace_back());
    }
  }

  void refuse(const json& value, const std::string& pointer, std::string_view wanted) {
    if (error.empty()) {
      const std::string field = go_field(pointer);
      const std::string_view type = value.is_boolean() ? "bool" : value.type_name();
      error = fmt::format("json: cannot unmarshal {} into Go struct field {} of type {}", type,
                          field, wanted);
    }
  }
};

void read_roles(Reader& reader, std::map<std::string, Role>& roles) {
  const json* all = reader.descend("/roles");
  if (all == nullptr) {
    return;
  }
  if (!all->is_object()) {
    return reader.refuse(*all, "/roles", "map[string]zooid.Role");
  }
  for (const auto& [name, value] : all->items()) {
    if (!value.is_object() && !value.is_null()) {
      reader.refuse(value, "/roles", "zooid.Role");
    }
    const json wrapped = {{"roles", value}};
    Reader inner{wrapped};
    Role& role = roles[name];
    inner("/roles/pubkeys", role.pubkeys);
    inner("/roles/can_invite", role.can_invite);
    inner("/roles/can_manage", role.can_manage);
    if (reader.error.empty()) {
      reader.error = inner.error;
    }
  }
}

}  // namespace

ConfigResult read_config(const json& document, Generation generation) {
  Config config;
  Reader reader{document};
  each_field(config, generation, reader);
  read_roles(reader, config.roles);
  if (!reader.error.empty()) {
    return {std::nullopt, reader.error};
  }
  if (config.blossom.adapter.empty()) {
    config.blossom.adapter = "local";
  }
  return {config, {}};
}

nlohmann::ordered_json to_json(const Config& config, Generation generation) {
  using nlohmann::ordered_json;
  ordered_json document = ordered_json::object();
  const auto write = [&document](const char* pointer, const auto& field) {
    document[ordered_json::json_pointer(pointer)] = field;
  };
  each_field(config, generation, write);
  ordered_json& roles = document["roles"] = ordered_json::object();
  for (const auto& [name, role] : config.roles) {
    ordered_json& written = roles[name];
    written["pubkeys"] = role.pubkeys;
    written["can_invite"] = role.can_invite;
    written["can_manage"] = role.can_manage;
  }
  return document;
}

}  // namespace zooid_sim
