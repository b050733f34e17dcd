#include <regex>

#include "tender/nostr/hex.hpp"
#include "tender/nostr/keys.hpp"

#include "zooid-sim/config.hpp"

namespace zooid_sim {
namespace {

bool is_secret(const std::string& text) {
  if (text.size() != 64) {
    return false;  // an nsec is a key too, but not to zooid
  }
  try {
    (void)tender::nostr::SecretKey::parse(text);
    return true;
  } catch (const tender::nostr::InvalidKey&) {
    return false;
  }
}

bool is_pubkey(const std::string& text) {
  if (text.size() != 64 || !tender::nostr::from_hex(text)) {
    return false;
  }
  try {
    (void)tender::nostr::PublicKey::parse(text);
    return true;
  } catch (const tender::nostr::InvalidKey&) {
    return false;
  }
}

std::optional<std::string> validate_blossom(const Config::Blossom& blossom) {
  if (blossom.adapter != "s3") {
    return blossom.adapter == "local" ? std::nullopt
                                      : std::optional<std::string>("invalid blossom adapter");
  }
  const std::pair<const char*, const std::string&> required[] = {
      {"bucket", blossom.s3.bucket},
      {"region", blossom.s3.region},
      {"access_key", blossom.s3.access_key},
      {"secret_key", blossom.s3.secret_key}};
  for (const auto& [name, value] : required) {
    if (value.empty()) {
      return "blossom.s3." + std::string(name) + " is required when blossom.adapter is s3";
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> validate(const Config& config) {
  static const std::regex schema_form("[a-z_][a-z0-9_]*");
  if (config.host.empty()) {
    return "host is required";
  }
  if (config.schema.empty()) {
    return "schema is required";
  }
  if (!std::regex_match(config.schema, schema_form)) {
    return "schema must contain only lowercase letters, numbers, and underscores";
  }
  if (config.secret.empty()) {
    return "secret is required";
  }
  if (!is_secret(config.secret)) {
    return "invalid secret key";
  }
  if (config.info.pubkey.empty()) {
    return "info.pubkey is required";
  }
  if (!is_pubkey(config.info.pubkey)) {
    return "invalid info.pubkey";
  }
  return validate_blossom(config.blossom);
}

}  // namespace zooid_sim
