#include "tender/model/relay_fields.hpp"

#include <array>

#include <nlohmann/json.hpp>

namespace tender {
namespace {

constexpr std::int64_t kShortText = 256;
constexpr std::int64_t kLongText = 4096;

// As RELAY_DRIFT has them.
constexpr std::array<std::string_view, 4> kDrift{"auto", "enforce", "adopt", "report"};

constexpr std::array kFields{
    RelayField{.column = "id", .member = RelayMember{&Relay::id}, .fixed = true},
    RelayField{.column = "tenant",
               .member = RelayMember{&Relay::tenant, &RelayChange::tenant},
               .zooid = "/info/pubkey",
               .option = "tenant",
               .help = "Owner's public key: hex, npub or nprofile"},
    RelayField{.column = "subdomain",
               .member = RelayMember{&Relay::subdomain, &RelayChange::subdomain},
               .option = "subdomain",
               .help = "Host name below RELAY_DOMAIN: 1 to 63 of a-z, 0-9 and '-', a letter first"},
    RelayField{.column = "schema",
               .member = RelayMember<std::string>{&Relay::schema},
               .fixed = true,
               .zooid = "/schema"},
    RelayField{.column = "plan",
               .member = RelayMember{&Relay::plan, &RelayChange::plan},
               .largest = kShortText,
               .option = "plan",
               .help = "Plan that the relay is on; tender only stores it"},
    RelayField{.column = "status", .member = RelayMember{&Relay::status}},
    RelayField{.column = "info_name",
               .member = RelayMember{&Relay::info_name, &RelayChange::info_name},
               .largest = kShortText,
               .zooid = "/info/name",
               .option = "name",
               .help = "Name that people see",
               .owner_edits = true},
    RelayField{.column = "info_icon",
               .member = RelayMember{&Relay::info_icon, &RelayChange::info_icon},
               .largest = kLongText,
               .zooid = "/info/icon",
               .option = "icon",
               .help = "http or https URL of an icon",
               .owner_edits = true},
    RelayField{.column = "info_description",
               .member = RelayMember{&Relay::info_description, &RelayChange::info_description},
               .largest = kLongText,
               .zooid = "/info/description",
               .option = "description",
               .help = "Description that people see",
               .owner_edits = true},
    RelayField{.column = "policy_public_join",
               .member = RelayMember{&Relay::policy_public_join, &RelayChange::policy_public_join},
               .zooid = "/policy/public_join",
               .option = "public-join",
               .help = "Anybody may join"},
    RelayField{.column = "policy_strip_signatures",
               .member = RelayMember{&Relay::policy_strip_signatures,
                                     &RelayChange::policy_strip_signatures},
               .zooid = "/policy/strip_signatures",
               .option = "strip-signatures",
               .help = "Serve events without their signatures"},
    RelayField{.column = "policy_public_read",
               .member = RelayMember{&Relay::policy_public_read, &RelayChange::policy_public_read},
               .zooid = "/policy/public_read",
               .option = "public-read",
               .help = "Anybody may read"},
    RelayField{
        .column = "policy_public_write",
        .member = RelayMember{&Relay::policy_public_write, &RelayChange::policy_public_write},
        .zooid = "/policy/public_write",
        .option = "public-write",
        .help = "Anybody may write"},
    RelayField{.column = "groups_enabled",
               .member = RelayMember{&Relay::groups_enabled, &RelayChange::groups_enabled},
               .zooid = "/groups/enabled",
               .option = "groups",
               .help = "Groups"},
    RelayField{.column = "management_enabled",
               .member = RelayMember{&Relay::management_enabled, &RelayChange::management_enabled},
               .zooid = "/management/enabled",
               .option = "management",
               .help = "Management API of the relay, for its owner"},
    RelayField{.column = "push_enabled",
               .member = RelayMember{&Relay::push_enabled, &RelayChange::push_enabled},
               .zooid = "/push/enabled",
               .option = "push",
               .help = "Push notifications"},
    RelayField{.column = "blossom_enabled",
               .member = RelayMember{&Relay::blossom_enabled, &RelayChange::blossom_enabled},
               .zooid = "/blossom/enabled",
               .option = "blossom",
               .help = "Media storage"},
    RelayField{.column = "livekit_enabled",
               .member = RelayMember{&Relay::livekit_enabled, &RelayChange::livekit_enabled},
               .option = "livekit",
               .help = "Calls; needs LIVEKIT_* where the sidecar runs"},
    RelayField{.column = "member_invites",
               .member = RelayMember{&Relay::member_invites, &RelayChange::member_invites},
               .zooid = "/roles/member/can_invite",
               .option = "member-invites",
               .help = "Members may invite others"},
    RelayField{
        .column = "drift",
        .member = RelayMember{&Relay::drift, &RelayChange::drift},
        .option = "drift",
        .help = "What to do when zooid shows something else, instead of what RELAY_DRIFT says",
        .counts = false,
        .choices = kDrift},
};

template <typename T>
const T& plain(const T& value) {
  return value;
}
const std::string& plain(const RelayId& id) {
  return id.text;
}
std::string_view plain(RelayStatus status) {
  return to_string(status);
}

bool take(const nlohmann::json& value, std::string& into) {
  const auto* text = value.get_ptr<const std::string*>();
  if (text != nullptr) {
    into = *text;
  }
  return text != nullptr;
}
bool take(const nlohmann::json& value, bool& into) {
  const auto* flag = value.get_ptr<const bool*>();
  if (flag != nullptr) {
    into = *flag;
  }
  return flag != nullptr;
}
bool take(const nlohmann::json& value, std::int64_t& into) {
  if (value.is_number_integer()) {
    into = value.get<std::int64_t>();
  }
  return value.is_number_integer();
}
bool take(const nlohmann::json& value, RelayId& into) {
  return take(value, into.text);
}
bool take(const nlohmann::json& value, RelayStatus& into) {
  const auto status =
      value.is_string() ? parse_relay_status(value.get<std::string>()) : std::nullopt;
  into = status.value_or(into);
  return status.has_value();
}

}  // namespace

std::span<const RelayField> relay_fields() {
  return kFields;
}

nlohmann::json field_value(const RelayField& field, const Relay& relay) {
  return std::visit(
      [&relay](const auto& member) { return nlohmann::json(plain(relay.*member.relay)); },
      field.member);
}

bool set_field_value(const RelayField& field, const nlohmann::json& value, Relay& relay) {
  return std::visit([&](const auto& member) { return take(value, relay.*member.relay); },
                    field.member);
}

Relay desired_state(const Relay& relay) {
  Relay desired;
  for (const RelayField& field : relay_fields()) {
    std::visit([&](const auto& member) { desired.*member.relay = relay.*member.relay; },
               field.member);
  }
  desired.admins = relay.admins;
  desired.revision = relay.revision;
  return desired;
}

}  // namespace tender
