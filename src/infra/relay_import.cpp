#include "tender/infra/relay_import.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tender/base/ascii.hpp"
#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/zooid/config_comparison.hpp"
#include "tender/zooid/relay_config.hpp"

namespace tender::infra {
namespace {

// zooid takes a field that is left out as false or empty, whatever a new row would say.
void take_field(const RelayField& field, const zooid::ConfigFile& file, Relay& relay) {
  const bool is_flag = field_value(field, relay).is_boolean();
  const auto found = file.values.find(field.zooid);
  nlohmann::json value = is_flag ? nlohmann::json(false) : nlohmann::json("");
  if (found != file.values.end()) {
    value = parse_json(found->second).value_or(value);
  }
  // A value of another type stays as a difference, which refuses the file.
  static_cast<void>(set_field_value(field, value, relay));
}

// Nothing when the file names none: then tender says nothing of admins either. What is not a text
// stays a difference, which refuses the file.
std::optional<std::vector<std::string>> admins_of(const zooid::ConfigFile& file) {
  const auto found = file.values.find("/roles/admin/pubkeys");
  const auto list = found == file.values.end() ? std::nullopt : parse_json(found->second);
  std::set<std::string> admins;
  for (const nlohmann::json& key : list.value_or(nlohmann::json::array())) {
    if (key.is_string()) {
      admins.insert(key.get<std::string>());
    }
  }
  return admins.empty() ? std::nullopt
                        : std::optional(std::vector<std::string>(admins.begin(), admins.end()));
}

Relay describe_relay(const zooid::ConfigFile& file, const config::Env& env) {
  Relay relay;
  for (const RelayField& field : relay_fields()) {
    if (!field.zooid.empty()) {
      take_field(field, file, relay);
    }
  }
  relay.id = file.id;
  relay.subdomain = subdomain_of(file.text("/host"), env);
  const auto inactive = file.values.find("/inactive");
  relay.status = inactive != file.values.end() && inactive->second == "true" ? RelayStatus::inactive
                                                                             : RelayStatus::active;
  relay.livekit_enabled = !file.text("/livekit/server_url").empty() ||
                          file.secrets.contains("/livekit/api_key") ||
                          file.secrets.contains("/livekit/api_secret");
  relay.identity = file.identity;
  relay.admins = admins_of(file);
  return relay;
}

// Whether every zooid changes and deletes a relay of that id; newer ones answer 400 for others.
bool is_id_of_every_zooid(std::string_view id) {
  constexpr std::size_t longest = 64;
  return !id.empty() && id.size() <= longest && std::ranges::all_of(id, [](char c) {
    const char lower = ascii_lower(c);
    return (lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

// What the file itself does not allow; empty: nothing.
std::string refuse_file(const zooid::ConfigFile& file, const config::Env& env) {
  if (file.torn()) {
    return fmt::format("its file is damaged: {}; restore it from a backup", file.fault);
  }
  if (!file.whole()) {
    return fmt::format("its file cannot be read: {}; let tender's user read it", file.fault);
  }
  if (file.identity.empty()) {
    return "its secret is not a secret key of 64 hex characters; correct it in the file";
  }
  const std::string host = file.text("/host");
  const std::string subdomain = subdomain_of(host, env);
  if (subdomain.empty()) {
    return fmt::format(
        "its host, \"{}\", is not a subdomain of RELAY_DOMAIN, {}; change the host in the file, or "
        "leave the relay out of tender",
        printable(host, 80), env.relay_domain);
  }
  if (env.reserved_subdomains.contains(subdomain)) {
    return "its host is that of ZOOID_API_URL, where zooid serves its API and never a relay; give "
           "it another host in the file";
  }
  if (file.text("/info/pubkey").empty()) {
    return "it has no owner (info.pubkey); add one to the file";
  }
  return {};
}

std::string refuse_row(const Relay& relay) {
  const auto faults = validate(relay);
  if (faults.empty()) {
    return {};
  }
  const FieldFault& first = faults.front();
  std::string remedy = fmt::format("in its file, {}", first.remedy);
  if (first.field == "id") {
    remedy = "rename its file while zooid is stopped";
  } else if (first.field == "schema") {
    remedy = "leave the relay out of tender: zooid has its data under that schema";
  } else if (first.field == "admins") {
    remedy = "correct roles.admin.pubkeys in its file";
  }
  return fmt::format("a row cannot have its {}: {}; {}", first.field, first.problem, remedy);
}

}  // namespace

RelayImport plan_import(const zooid::ConfigFile& file, const config::Env& env) {
  RelayImport plan{.relay = describe_relay(file, env)};
  plan.refusal = refuse_file(file, env);
  if (plan.refusal.empty()) {
    plan.refusal = refuse_row(plan.relay);
  }
  if (plan.refusal.empty() && !is_id_of_every_zooid(file.id.text)) {
    plan.refusal =
        "newer versions of zooid refuse to change or delete a relay with such an id: it must be 1 "
        "to 64 of A-Z a-z 0-9 _ -; rename its file while zooid is stopped";
  }
  if (!plan.refusal.empty()) {
    return plan;
  }
  if (plan.relay.livekit_enabled && !env.livekit) {
    plan.refusal =
        "it has calls, and LIVEKIT_* is not set: taking it over would switch them off; set "
        "LIVEKIT_*";
    return plan;
  }
  if (file.text("/blossom/adapter") == "s3" && !env.blossom_s3) {
    plan.refusal =
        "its media is in S3, and BLOSSOM_S3_* is not set: taking it over would move it to zooid's "
        "own storage; set BLOSSOM_S3_*";
    return plan;
  }
  if (const auto roles = zooid::unsaid_roles(plan.relay, env, file); !roles.empty()) {
    plan.refusal = fmt::format(
        "a row cannot express its {}; remove that from the file, or leave the relay out "
        "of tender",
        fmt::join(roles, ", "));
    return plan;
  }
  for (const FieldDrift& each : zooid::compare(plan.relay, env, file, std::nullopt).differences) {
    if (!zooid::is_of_environment(each.field)) {
      plan.refusal = fmt::format(
          "its {} is \"{}\", and tender would send \"{}\"; write that into the file if it is right",
          each.field, printable(each.observed, 80), printable(each.desired, 80));
      return plan;
    }
    plan.overwritten.push_back(each.field);
  }
  if (plan.overwritten.empty()) {
    plan.digest = zooid::body_digest(zooid::update_body(plan.relay, env));
  }
  return plan;
}

std::string subdomain_of(const std::string& host, const config::Env& env) {
  const std::string below = "." + env.relay_domain;
  return host.ends_with(below) ? host.substr(0, host.size() - below.size()) : std::string();
}

}  // namespace tender::infra
