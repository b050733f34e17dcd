// What zooid keeps for one relay. Reading JSON into it drops unknown keys, fills what is absent
// with zero values and refuses wrong types, as zooid's own decoding does. Values and pure
// functions.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "zooid-sim/generation.hpp"

namespace zooid_sim {

struct Role {
  std::vector<std::string> pubkeys;
  bool can_invite = false;
  bool can_manage = false;
  friend bool operator==(const Role&, const Role&) = default;
};

struct Config {
  std::string host;
  std::string schema;
  std::string secret;
  bool inactive = false;
  struct Info {
    std::string name, icon, pubkey, description;
    friend bool operator==(const Info&, const Info&) = default;
  } info;
  struct Policy {
    bool public_join = false, strip_signatures = false, public_read = false, public_write = false;
    friend bool operator==(const Policy&, const Policy&) = default;
  } policy;
  struct Switch {
    bool enabled = false;
    friend bool operator==(const Switch&, const Switch&) = default;
  } groups, management, push;
  struct Blossom {
    bool enabled = false, authenticated_read = false;
    std::string adapter = "local";
    struct S3 {
      std::string endpoint, region, bucket, access_key, secret_key, key_prefix;
      friend bool operator==(const S3&, const S3&) = default;
    } s3;
    friend bool operator==(const Blossom&, const Blossom&) = default;
  } blossom;
  struct Livekit {
    std::string server_url, api_key, api_secret;
    friend bool operator==(const Livekit&, const Livekit&) = default;
  } livekit;
  std::map<std::string, Role> roles;
  friend bool operator==(const Config&, const Config&) = default;
};

/// A config, or the text of what is wrong.
struct ConfigResult {
  std::optional<Config> config;
  std::string error;
};

/// Reads a JSON object. The error is one of type: rules beyond types are validate()'s. A null
/// counts as absent.
[[nodiscard]] ConfigResult read_config(const nlohmann::json& document, Generation generation);

/// Every field that the generation has, in its order, also those that hold their zero value: what a
/// PATCH is merged into.
[[nodiscard]] nlohmann::ordered_json to_json(const Config& config, Generation generation);

/// The first rule that `config` breaks, in zooid's order and words; nothing when it is valid.
[[nodiscard]] std::optional<std::string> validate(const Config& config, Generation generation);

/// The 64 digits that a secret of at most so many stands for: generation A puts zeros in front.
[[nodiscard]] std::string padded_secret(const std::string& text);

}  // namespace zooid_sim
