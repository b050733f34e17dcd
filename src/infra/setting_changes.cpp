#include "tender/infra/setting_changes.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "tender/base/error.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"
#include "tender/store/setting_table.hpp"
#include "tender/store/transaction.hpp"
#include "tender/zooid/relay_config.hpp"

namespace tender::infra {
namespace {

constexpr std::string_view kDomain = "RELAY_DOMAIN";
constexpr std::string_view kStorage = "BLOSSOM_S3";
constexpr std::string_view kCalls = "LIVEKIT";
constexpr std::string_view kDefaults = "DEFAULTS";

constexpr std::string_view kUnset = "none";  // accepted: that it is not set any more

// What the environment says of one setting now.
struct Setting {
  std::string_view name;
  std::string digest{};  // empty: it is not set
  std::string shown{};

  // How consent to it is remembered.
  [[nodiscard]] std::string_view consent() const {
    return digest.empty() ? kUnset : std::string_view(digest);
  }
};

// Each value with its length, so that no two lists of values read the same.
std::string digest_of(std::initializer_list<std::string_view> values) {
  std::string text;
  for (const std::string_view value : values) {
    text += fmt::format("{}:{}", value.size(), value);
  }
  std::string digest = nostr::to_hex(nostr::sha256(text));
  OPENSSL_cleanse(text.data(), text.size());
  return digest;
}

// What this version of tender sends for two relays that are always the same: it differs between
// versions that send something else, such as other roles, for the same rows.
Setting defaults_of(config::Env env) {
  constexpr std::size_t digits = 12;  // that people see
  env.relay_domain = "relays.test";
  env.blossom_s3.reset();
  env.livekit.reset();
  const Relay relay;
  Relay other;
  other.member_invites = !relay.member_invites;
  Setting defaults{
      .name = kDefaults,
      .digest = digest_of({zooid::update_body(relay, env), zooid::update_body(other, env)})};
  defaults.shown = defaults.digest.substr(0, digits);
  return defaults;
}

std::array<Setting, 4> settings_of(const config::Env& env) {
  Setting storage{.name = kStorage};
  if (const auto& s3 = env.blossom_s3) {
    storage.digest = digest_of(
        {s3->endpoint, s3->region, s3->bucket, s3->access_key.reveal(), s3->secret_key.reveal()});
    storage.shown = fmt::format("bucket {} at {} ({})", s3->bucket, s3->endpoint, s3->region);
  }
  Setting calls{.name = kCalls};
  if (const auto& livekit = env.livekit) {
    calls.digest =
        digest_of({livekit->url, livekit->api_key.reveal(), livekit->api_secret.reveal()});
    calls.shown = livekit->url;
  }
  return {
      Setting{.name = kDomain, .digest = digest_of({env.relay_domain}), .shown = env.relay_domain},
      std::move(storage), std::move(calls), defaults_of(env)};
}

constexpr std::string_view kRemedy =
    "correct the environment, or run `tender settings accept` if the change is intended, and start "
    "again";

}  // namespace

std::string describe(const SettingChange& change) {
  if (change.name == kDomain) {
    return fmt::format("RELAY_DOMAIN changed from {} to {}: {} relay{} would move to another host",
                       change.before, change.now, change.relays, change.relays == 1 ? "" : "s");
  }
  return fmt::format(
      "{}_* is no longer set; it was {}. Starting now would switch {} off for {} relay{}",
      change.name, change.before, change.name == kCalls ? "calls" : "media storage in S3",
      change.relays, change.relays == 1 ? "" : "s");
}

std::string_view consent_remedy() {
  return kRemedy;
}

bool concerns(std::string_view setting, const Relay& relay) {
  if (setting == kStorage) {
    return relay.blossom_enabled;
  }
  return setting == kCalls ? relay.livekit_enabled : setting == kDomain || setting == kDefaults;
}

std::vector<SettingChange> SettingChanges::find() const {
  const store::SettingTable table(database_);
  std::vector<SettingChange> changes;
  for (const Setting& now : settings_of(env_)) {
    const auto before = table.find(now.name);
    if (!before || before->digest == now.digest) {
      continue;
    }
    const std::int64_t relays = table.count_relays(now.name);
    const bool harmful = now.shown != before->shown && (now.name == kDomain || now.digest.empty());
    changes.push_back(
        {.name = std::string(now.name),
         .before = before->shown,
         .now = now.shown,
         .relays = relays,
         .needs_consent = harmful && relays > 0 && before->accepted != now.consent()});
  }
  return changes;
}

void SettingChanges::require_consent() const {
  std::string faults;
  for (const SettingChange& change : find()) {
    if (change.needs_consent) {
      faults += (faults.empty() ? "" : "\n  ") + describe(change);
    }
  }
  if (!faults.empty()) {
    throw Error(faults, std::string(kRemedy));
  }
}

void SettingChanges::accept() const {
  store::Transaction transaction(database_);
  for (const Setting& now : settings_of(env_)) {
    store::SettingTable(database_).accept(now.name, now.consent());
  }
  transaction.commit();
}

void SettingChanges::begin(const std::vector<SettingChange>& changes) const {
  store::Transaction transaction(database_);
  for (const SettingChange& change : changes) {
    store::SettingTable(database_).forget_digest(change.name);
  }
  transaction.commit();
}

void SettingChanges::remember() const {
  const auto settings = settings_of(env_);
  store::SettingTable table(database_);
  const bool same = std::ranges::all_of(settings, [&](const Setting& now) {
    const auto before = table.find(now.name);
    return before && before->digest == now.digest && before->accepted.empty();
  });
  if (same) {
    return;
  }
  store::Transaction transaction(database_);
  for (const Setting& now : settings) {
    table.remember(now.name, now.digest, now.shown);
  }
  transaction.commit();
}

}  // namespace tender::infra
