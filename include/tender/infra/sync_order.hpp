// What crosses between the side that has the database and the side that talks to zooid, as plain
// values: a SyncOrder says what to send for which revision, a SyncReport what was seen. RelaySync
// writes orders and reads reports; SyncRunner does the work. Neither value holds a secret: whoever
// runs an order builds the body with the secrets of its own environment.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/model/relay.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::infra {

/// When a damaged file of the relay is replaced, with a new identity.
enum class ReplaceTorn : std::uint8_t {
  never,
  if_confirmed,  // when zooid says what it said the last time (SyncOrder::last_error), too
  at_once,       // an earlier creation of ours left the file, and it never held an identity
};

/// What zooid is to do with the relay.
enum class SyncAction : std::uint8_t {
  create,  // POST with a fresh identity
  update,  // PATCH
  remove,  // DELETE
};

struct SyncOrder {
  Relay relay;  // desired_state() of the row
  SyncAction action = SyncAction::update;
  bool recreate_lost = false;  // POST when zooid no longer has the relay
  ReplaceTorn replace_torn = ReplaceTorn::never;
  std::string last_error{};           // of the relay's last sync; empty: it did not fail
  std::vector<std::string> spared{};  // columns of which a PATCH says nothing: spared_fields()
};

/// What a creation that failed has left of the relay's file.
enum class Leftover : std::uint8_t {
  as_before,  // nothing is known that was not known before
  torn,       // a damaged file without an identity
  none,       // no such file any more
};

struct SyncReport {
  zooid::Verdict verdict{};  // of the last request
  int requests = 0;
  bool created = false;    // zooid took a fresh identity
  std::string identity{};  // its public key, 64 lowercase hex; empty: none was created
  bool lost = false;       // zooid said that it does not have the relay
  Leftover leftover = Leftover::as_before;
};

// Of the relay, JSON holds what desired_state() keeps.
[[nodiscard]] nlohmann::json to_json(const SyncOrder& order);
[[nodiscard]] nlohmann::json to_json(const SyncReport& report);

// What to_json() made; nothing when a member is absent, of another type, or of an unknown value.
[[nodiscard]] std::optional<SyncOrder> read_sync_order(const nlohmann::json& json);
[[nodiscard]] std::optional<SyncReport> read_sync_report(const nlohmann::json& json);

}  // namespace tender::infra
