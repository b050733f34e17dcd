#include "tender/zooid/relay_config.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/model/relay_fields.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"

namespace tender::zooid {
namespace {

using nlohmann::json;

// Whether a section that is off must also take away what an earlier body may have set.
enum class Stale : std::uint8_t { keep, null };

json blossom_storage(const Relay& relay, const config::Env& env, Stale stale) {
  json section = json::object();
  if (stale == Stale::null) {
    section["adapter"] = nullptr;
    section["s3"] = nullptr;
  }
  if (!relay.blossom_enabled) {
    return section;
  }
  if (!env.blossom_s3) {
    section["adapter"] = "local";
    return section;
  }
  const config::S3Settings& s3 = *env.blossom_s3;
  section["adapter"] = "s3";
  section["s3"] = {{"endpoint", s3.endpoint},
                   {"region", s3.region},
                   {"bucket", s3.bucket},
                   {"access_key", s3.access_key.reveal()},
                   {"secret_key", s3.secret_key.reveal()},
                   {"key_prefix", relay.schema}};
  return section;
}

json livekit(const Relay& relay, const config::Env& env, Stale stale) {
  if (relay.livekit_enabled && env.livekit) {
    return {{"enabled", true},
            {"server_url", env.livekit->url},
            {"api_key", env.livekit->api_key.reveal()},
            {"api_secret", env.livekit->api_secret.reveal()}};
  }
  json section = {{"enabled", false}};
  if (stale == Stale::null) {
    section["server_url"] = nullptr;
    section["api_key"] = nullptr;
    section["api_secret"] = nullptr;
  }
  return section;
}

// Of the table of fields, those that zooid takes as they are.
json plain_fields(const Relay& relay, std::span<const std::string> spared) {
  json config;
  for (const RelayField& field : relay_fields()) {
    if (!field.zooid.empty() && std::ranges::find(spared, field.column) == spared.end()) {
      config[json::json_pointer(std::string(field.zooid))] = field_value(field, relay);
    }
  }
  return config;
}

json body(const Relay& relay, const config::Env& env, Stale stale,
          std::span<const std::string> spared) {
  json config = plain_fields(relay, spared);
  config["host"] = relay_host(relay, env);
  config["inactive"] = relay.status != RelayStatus::active;
  config["blossom"].update(blossom_storage(relay, env, stale));
  config["livekit"] = livekit(relay, env, stale);
  json& admin = config["roles"]["admin"];
  admin = {{"can_manage", true}, {"can_invite", true}};
  if (relay.admins) {
    admin["pubkeys"] = *relay.admins;
  }
  return config;
}

}  // namespace

std::string create_body(const Relay& relay, const config::Env& env,
                        const nostr::SecretKey& identity) {
  json config = body(relay, env, Stale::keep, {});
  config["secret"] = identity.reveal_hex();
  return config.dump();
}

std::string update_body(const Relay& relay, const config::Env& env,
                        std::span<const std::string> spared) {
  return body(relay, env, Stale::null, spared).dump();
}

std::string body_digest(const std::string& update_body) {
  return nostr::to_hex(nostr::sha256(update_body));
}

std::string relay_host(const Relay& relay, const config::Env& env) {
  return fmt::format("{}.{}", relay.subdomain, env.relay_domain);
}

}  // namespace tender::zooid
