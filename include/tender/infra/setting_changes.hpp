// What the environment contributes to relays: their domain, the S3 storage for media, the LiveKit
// server; and what this version of tender sends besides, such as roles. A change of it since the
// last start is a change of every relay that it concerns, and Infra sends these again. A change
// that would switch something off for relays, or move them to another host, needs a person's
// consent first. The table `setting` remembers what was sent; no secret is in it. Borrows the
// database and the environment. Calls block as Database says, and throw StoreError.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"

namespace tender::store {
class Database;
}

namespace tender::infra {

struct SettingChange {
  std::string name;            // "RELAY_DOMAIN", "BLOSSOM_S3", "LIVEKIT", "DEFAULTS"
  std::string before;          // for people, without secrets; empty: it was not set
  std::string now;             // likewise
  std::int64_t relays = 0;     // that it concerns and that zooid has
  bool needs_consent = false;  // and nobody has agreed to it yet
  friend bool operator==(const SettingChange&, const SettingChange&) = default;
};

class SettingChanges {
 public:
  SettingChanges(store::Database& database, const config::Env& env)
      : database_(database), env_(env) {}

  /// What has changed since the relays were sent. What was never remembered has not changed.
  [[nodiscard]] std::vector<SettingChange> find() const;

  /// Throws Error when a change needs consent: describe() of each on a line of its own, and
  /// consent_remedy().
  void require_consent() const;

  /// A person agrees to what the environment says now.
  void accept() const;

  /// From now on relays are sent as the environment says now. Until remember(), all of these
  /// settings count as changed, whatever a later environment says.
  void begin(const std::vector<SettingChange>& changes) const;

  /// Every relay has been sent, or has work that will send it, as the environment says now.
  void remember() const;

 private:
  store::Database& database_;
  const config::Env& env_;
};

/// What a change that needs consent would do to relays, for people.
[[nodiscard]] std::string describe(const SettingChange& change);
/// What a person does about such changes.
[[nodiscard]] std::string_view consent_remedy();

/// Whether that setting is part of the relay's configuration.
[[nodiscard]] bool concerns(std::string_view setting, const Relay& relay);

}  // namespace tender::infra
