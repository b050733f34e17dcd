#include <algorithm>
#include <cctype>
#include <regex>

#include <fmt/format.h>

#include "tender/nostr/hex.hpp"
#include "tender/nostr/keys.hpp"

#include "zooid-sim/config.hpp"

namespace zooid_sim {
namespace {

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// Go's words for the first character that is not hex.
std::string bad_byte(const std::string& text) {
  const auto bad = std::ranges::find_if_not(text, [](unsigned char c) { return std::isxdigit(c); });
  return bad == text.end() ? std::string("encoding/hex: odd length hex string")
                           : fmt::format("encoding/hex: invalid byte: U+{:04X} '{}'",
                                         static_cast<unsigned char>(*bad), *bad);
}

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

// Generation A tells what it got, secrets included, and fills up a short secret.
std::optional<std::string> secret_fault_a(const std::string& text) {
  if (text.size() > 64) {
    return fmt::format("secret key should be at most 64-char hex, got '{}'", text);
  }
  const std::string padded = padded_secret(text);
  if (!tender::nostr::from_hex(lower(padded))) {
    return fmt::format("'{}' is not valid hex: {}", padded, bad_byte(padded));
  }
  return is_secret(lower(padded)) ? std::nullopt : std::optional<std::string>("invalid secret key");
}

std::optional<std::string> pubkey_fault_a(const std::string& text) {
  if (text.size() != 64) {
    return fmt::format("pubkey should be 64-char hex, got '{}'", text);
  }
  if (!tender::nostr::from_hex(lower(text))) {
    return fmt::format("'{}' is not valid hex: {}", text, bad_byte(text));
  }
  return is_pubkey(lower(text))
             ? std::nullopt
             : std::optional<std::string>(fmt::format("'{}' is not a valid pubkey", text));
}

std::optional<std::string> validate_a(const Config& config) {
  if (config.secret.empty()) {
    return "secret is required";
  }
  if (const auto fault = secret_fault_a(config.secret)) {
    return "invalid secret key: " + *fault;
  }
  if (config.info.pubkey.empty()) {
    return std::nullopt;
  }
  const auto fault = pubkey_fault_a(config.info.pubkey);
  return fault ? std::optional<std::string>("invalid info.pubkey: " + *fault) : std::nullopt;
}

std::optional<std::string> validate_b(const Config& config) {
  static const std::regex schema_form("[a-z_][a-z0-9_]*");
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

}  // namespace

std::string padded_secret(const std::string& text) {
  return std::string(64 - std::min<std::size_t>(text.size(), 64), '0') + text;
}

std::optional<std::string> validate(const Config& config, Generation generation) {
  if (config.host.empty()) {
    return "host is required";
  }
  if (config.schema.empty()) {
    return "schema is required";
  }
  return generation == Generation::a ? validate_a(config) : validate_b(config);
}

}  // namespace zooid_sim
