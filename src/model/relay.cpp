#include "tender/model/relay.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "tender/base/ascii.hpp"

namespace tender {
namespace {

// Of a schema name: its last characters come from the relay's id, and it fits in 63.
constexpr std::size_t kIdCharacters = 8;
constexpr std::size_t kSubdomainCharacters = 63 - kIdCharacters - 1;

constexpr std::array<std::string_view, 4> kStatusNames{"active", "inactive", "delinquent",
                                                       "unknown"};

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_lower_or_digit(char c) {
  return is_letter(c) || (c >= '0' && c <= '9');
}

}  // namespace

std::string_view to_string(RelayStatus status) {
  return kStatusNames.at(static_cast<std::size_t>(status));
}

std::optional<RelayStatus> parse_relay_status(std::string_view text) {
  for (std::size_t i = 0; i < kStatusNames.size(); ++i) {
    const auto status = static_cast<RelayStatus>(i);
    if (kStatusNames[i] == text && status != RelayStatus::unknown) {
      return status;
    }
  }
  return std::nullopt;
}

void apply(const RelayChange& change, Relay& relay) {
  const auto set = [](const auto& from, auto& to) {
    if (from) {
      to = *from;
    }
  };
  set(change.tenant, relay.tenant);
  set(change.subdomain, relay.subdomain);
  set(change.plan, relay.plan);
  set(change.info_name, relay.info_name);
  set(change.info_icon, relay.info_icon);
  set(change.info_description, relay.info_description);
  set(change.policy_public_join, relay.policy_public_join);
  set(change.policy_strip_signatures, relay.policy_strip_signatures);
  set(change.policy_public_read, relay.policy_public_read);
  set(change.policy_public_write, relay.policy_public_write);
  set(change.groups_enabled, relay.groups_enabled);
  set(change.management_enabled, relay.management_enabled);
  set(change.push_enabled, relay.push_enabled);
  set(change.blossom_enabled, relay.blossom_enabled);
  set(change.livekit_enabled, relay.livekit_enabled);
}

std::string derive_schema(std::string_view subdomain, const RelayId& id) {
  std::string schema = subdomain.empty() || !is_letter(subdomain[0]) ? "relay_" : "";
  for (const char c : subdomain.substr(0, kSubdomainCharacters - schema.size())) {
    if (is_lower_or_digit(c)) {
      schema += c;
    } else if (!schema.ends_with('_')) {
      schema += '_';
    }
  }
  if (!schema.ends_with('_')) {
    schema += '_';
  }
  std::size_t taken = 0;
  for (const char c : id.text) {
    const char lower = ascii_lower(c);
    if (is_lower_or_digit(lower) && taken < kIdCharacters) {
      schema += lower;
      ++taken;
    }
  }
  if (schema.ends_with('_')) {
    schema.pop_back();
  }
  return schema;
}

nlohmann::ordered_json to_json(const Relay& relay) {
  nlohmann::ordered_json json = {
      {"id", relay.id.text},
      {"tenant", relay.tenant},
      {"subdomain", relay.subdomain},
      {"schema", relay.schema},
      {"plan", relay.plan},
      {"status", to_string(relay.status)},
      {"info_name", relay.info_name},
      {"info_icon", relay.info_icon},
      {"info_description", relay.info_description},
      {"policy_public_join", relay.policy_public_join},
      {"policy_strip_signatures", relay.policy_strip_signatures},
      {"policy_public_read", relay.policy_public_read},
      {"policy_public_write", relay.policy_public_write},
      {"groups_enabled", relay.groups_enabled},
      {"management_enabled", relay.management_enabled},
      {"push_enabled", relay.push_enabled},
      {"blossom_enabled", relay.blossom_enabled},
      {"livekit_enabled", relay.livekit_enabled},
      {"created_at", relay.created_at.time_since_epoch().count()},
      {"synced", relay.synced},
      {"sync_error", relay.sync_error},
      {"revision", relay.revision},
      {"synced_revision", nullptr},
      {"live", nullptr},
  };
  if (relay.synced_revision) {
    json["synced_revision"] = *relay.synced_revision;
  }
  if (relay.live) {
    json["live"] = *relay.live;
  }
  return json;
}

}  // namespace tender
