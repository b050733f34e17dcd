#include "tender/model/relay.hpp"

#include <array>
#include <set>
#include <utility>

#include <nlohmann/json.hpp>

#include "tender/base/ascii.hpp"
#include "tender/model/relay_fields.hpp"

namespace tender {
namespace {

// Of a schema name: its last characters come from the relay's id, and it fits in 63.
constexpr std::size_t kIdCharacters = 8;
constexpr std::size_t kSubdomainCharacters = 63 - kIdCharacters - 1;

constexpr std::array<std::string_view, 5> kStatusNames{"active", "inactive", "delinquent",
                                                       "deleted", "unknown"};

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
  for (const RelayField& field : relay_fields()) {
    std::visit(
        [&](const auto& member) {
          if (member.change != nullptr && change.*member.change) {
            relay.*member.relay = *(change.*member.change);
          }
        },
        field.member);
  }
  if (change.add_admins.empty() && change.remove_admins.empty()) {
    return;
  }
  const std::vector<std::string> before = relay.admins.value_or(std::vector<std::string>());
  std::set<std::string> admins(before.begin(), before.end());
  admins.insert(change.add_admins.begin(), change.add_admins.end());
  for (const std::string& admin : change.remove_admins) {
    admins.erase(admin);
  }
  relay.admins.emplace(admins.begin(), admins.end());
}

bool is_new_revision(const Relay& before, const Relay& after) {
  bool others_differ = false;
  for (const RelayField& field : relay_fields()) {
    const bool differs = field_value(field, before) != field_value(field, after);
    if (differs && field.counts) {
      return true;
    }
    others_differ = others_differ || differs;
  }
  return !others_differ || before.admins != after.admins;
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
  nlohmann::ordered_json json;
  for (const RelayField& field : relay_fields()) {
    json[std::string(field.column)] = field_value(field, relay);
  }
  json["admins"] = nullptr;
  if (relay.admins) {
    json["admins"] = *relay.admins;
  }
  json["created_at"] = relay.created_at.time_since_epoch().count();
  json["synced"] = relay.synced;
  json["sync_error"] = relay.sync_error;
  json["revision"] = relay.revision;
  json["synced_revision"] = nullptr;
  json["live"] = nullptr;
  if (relay.synced_revision) {
    json["synced_revision"] = *relay.synced_revision;
  }
  if (relay.live) {
    json["live"] = *relay.live;
  }
  json["seen_at"] = nullptr;
  if (relay.seen_at) {
    json["seen_at"] = relay.seen_at->time_since_epoch().count();
  }
  json["identity"] = relay.identity;
  json["other_identity"] = relay.other_identity;
  return json;
}

}  // namespace tender
