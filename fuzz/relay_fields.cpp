// Relay rows, which any program may write: flags as a line of digits 0 and 1, then id, tenant
// (empty: a valid one), subdomain, plan, name and icon, a line each; the rest is the description.
#include "tender/model/relay_fields.hpp"

#include <array>
#include <string>
#include <variant>

#include <nlohmann/json.hpp>

#include "tender/zooid/relay_config.hpp"

#include "expect.hpp"
#include "input.hpp"
#include "sample_env.hpp"

namespace tender::fuzz {
namespace {

using nlohmann::json;

constexpr std::string_view kTenant =
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

bool flag(std::string_view flags, std::size_t place) {
  return place < flags.size() && flags[place] == '1';
}

void set_flags(Relay& relay, std::string_view flags) {
  std::size_t place = 2;
  for (const RelayField& field : relay_fields()) {
    if (const auto* member = std::get_if<RelayMember<bool>>(&field.member)) {
      relay.*member->relay = flag(flags, place);
      ++place;
    }
  }
  relay.status = flag(flags, place) ? RelayStatus::inactive : RelayStatus::active;
}

Relay relay_in(Input& input, std::string_view flags) {
  Relay relay;
  set_flags(relay, flags);
  relay.id.text = input.line();
  relay.tenant = input.line();
  if (relay.tenant.empty()) {
    relay.tenant = kTenant;
  }
  relay.subdomain = input.line();
  relay.plan = input.line();
  relay.info_name = input.line();
  relay.info_icon = input.line();
  relay.info_description = input.rest();
  relay.schema = derive_schema(relay.subdomain, relay.id);
  return relay;
}

// As derive_schema() says, for any relay at all.
void check_schema(std::string_view schema) {
  expect(!schema.empty() && schema.size() <= 63, "a schema has 1 to 63 characters");
  expect(schema.front() >= 'a' && schema.front() <= 'z', "a schema starts with a letter");
  expect(schema.back() != '_' && schema.find("__") == std::string_view::npos,
         "zooid changes no schema");
  for (const char c : schema) {
    expect((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_',
           "a schema has lowercase letters, digits and _");
  }
}

void check_body(const json& body, const Relay& relay) {
  expect(body.at("host") == relay.subdomain + ".relays.example.com", "the host is the relay's");
  expect(body.at("schema") == relay.schema, "the schema is the relay's");
  expect(body.at("inactive") == (relay.status != RelayStatus::active), "the status is the relay's");
  const json& info = body.at("info");
  expect(info.at("name") == relay.info_name && info.at("icon") == relay.info_icon &&
             info.at("description") == relay.info_description && info.at("pubkey") == relay.tenant,
         "what the relay says of itself arrives as it is");
  expect(body.at("blossom").at("enabled") == relay.blossom_enabled, "blossom is as asked");
  expect(!body.contains("secret"), "an update sends no secret");
}

// A relay that is created and one that is updated to the same state are the same (RFC 7396).
void check_bodies(const Relay& relay, const config::Env& env) {
  const std::string update = zooid::update_body(relay, env);
  const json body = json::parse(update);
  check_body(body, relay);
  json created = json::parse(zooid::create_body(relay, env, env.robot_key));
  json updated = created;
  updated.merge_patch(body);
  expect(updated == created, "an update changes nothing of a relay that was just created");
  created.erase("secret");
  json from_nothing = json::object();
  from_nothing.merge_patch(body);
  expect(from_nothing == created, "an update says all that a creation says");
  expect(zooid::body_digest(update).size() == 64, "a digest is 64 characters");
  expect(json::parse(to_json(relay).dump()).at("info_name") == relay.info_name,
         "a relay can be printed");
}

void check_faults(const std::vector<FieldFault>& faults) {
  for (const FieldFault& fault : faults) {
    expect(!fault.field.empty() && !fault.problem.empty() && !fault.remedy.empty(),
           "a fault says where, what and the remedy");
    expect(is_one_line(fault.problem) && is_one_line(fault.remedy), "a fault is one line");
  }
}

const config::Env& env_for(std::string_view flags) {
  static const std::array envs{config::load_env(sample_environment(false, false)),
                               config::load_env(sample_environment(true, false)),
                               config::load_env(sample_environment(false, true)),
                               config::load_env(sample_environment(true, true))};
  return envs.at((flag(flags, 0) ? 1U : 0U) + (flag(flags, 1) ? 2U : 0U));
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender;
  fuzz::Input input(data, size);
  const std::string_view flags = input.line();
  const Relay relay = fuzz::relay_in(input, flags);
  fuzz::check_schema(relay.schema);
  const std::vector<FieldFault> faults = validate(relay);
  fuzz::check_faults(faults);
  if (faults.empty()) {
    fuzz::check_bodies(relay, fuzz::env_for(flags));
  }
  return 0;
}
