// A relay as the database describes it: the desired state, and how far zooid is in step with it. A
// plain value; the store reads and writes it, relay_config turns it into zooid's terms.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"

namespace tender {

/// Names a relay in the database and in zooid's paths and file names: 1 to 128 of [A-Za-z0-9_.~-],
/// which need no escaping there, and no '.' first.
struct RelayId {
  std::string text;
  friend auto operator<=>(const RelayId&, const RelayId&) = default;
};

enum class RelayStatus : std::uint8_t {
  active,
  inactive,
  delinquent,
  deleted,  // for good; the row is a tombstone until zooid's copy and the activities are gone
  unknown,  // what another program wrote past the schema's CHECK; never sent to zooid
};

[[nodiscard]] std::string_view to_string(RelayStatus status);
/// Nothing for any text but the first four.
[[nodiscard]] std::optional<RelayStatus> parse_relay_status(std::string_view text);

struct Relay {
  RelayId id;
  std::string tenant;     // the owner's public key, 64 lowercase hex
  std::string subdomain;  // RFC 1035 label; host = subdomain.RELAY_DOMAIN
  std::string schema;     // derived once by derive_schema, never changed
  std::string plan = "free";
  RelayStatus status = RelayStatus::active;

  std::string info_name;
  std::string info_icon;
  std::string info_description;

  bool policy_public_join = false;
  bool policy_strip_signatures = false;
  bool policy_public_read = false;
  bool policy_public_write = false;

  bool groups_enabled = true;
  bool management_enabled = true;
  bool push_enabled = true;
  bool blossom_enabled = false;
  bool livekit_enabled = false;
  bool member_invites = true;

  // What is done when zooid shows something else: auto, enforce, adopt or report; empty: what
  // RELAY_DRIFT says.
  std::string drift;

  // Public keys of those who administer the relay beside its owner, 64 lowercase hex each, sorted.
  // Nothing: tender says nothing of them to zooid, so that a list which is there stays.
  std::optional<std::vector<std::string>> admins;

  TimePoint created_at{};

  // How far zooid is. Only the store writes these.
  bool synced = false;
  std::string sync_error;     // the last failure since the newest command; empty: none
  std::int64_t revision = 1;  // goes up with every command
  std::optional<std::int64_t> synced_revision;  // the newest that zooid definitely took
  std::string
      synced_digest;  // of the body that zooid definitely took; empty while that is uncertain
  // A request went out of which we do not know whether and when zooid applies it; only a definite
  // answer to one that was begun at this time or later ends the doubt. Nothing: no doubt.
  std::optional<TimePoint> doubt_until;
  std::optional<bool> live;          // whether zooid serves what it took; nothing: not known
  int live_pushes = 0;               // sent again since, because it did not
  std::optional<TimePoint> seen_at;  // when a look last told whether zooid serves it
  // The public key of its secret in zooid (NIP-11 `self`), as it was created or first seen; and
  // another that zooid shows instead. Empty: not known; and none.
  std::string identity;
  std::string other_identity;
  std::string info_sent = "{}";  // SentInfo as text
  // The subdomain under which zooid took it last; empty: not known, or zooid has no such relay.
  std::string taken_subdomain;
};

/// Whether it is deleted and zooid has deleted it: only the row is left.
[[nodiscard]] inline bool is_tombstone(const Relay& relay) {
  return relay.status == RelayStatus::deleted && relay.synced;
}

/// What `relay create` and `relay update` may set; absent members stay as they are.
struct RelayChange {
  std::optional<std::string> tenant;
  std::optional<std::string> subdomain;
  std::optional<std::string> plan;
  std::optional<std::string> info_name;
  std::optional<std::string> info_icon;
  std::optional<std::string> info_description;
  std::optional<bool> policy_public_join;
  std::optional<bool> policy_strip_signatures;
  std::optional<bool> policy_public_read;
  std::optional<bool> policy_public_write;
  std::optional<bool> groups_enabled;
  std::optional<bool> management_enabled;
  std::optional<bool> push_enabled;
  std::optional<bool> blossom_enabled;
  std::optional<bool> livekit_enabled;
  std::optional<bool> member_invites;
  std::optional<std::string> drift;
  std::vector<std::string> add_admins{};
  std::vector<std::string> remove_admins{};
};

void apply(const RelayChange& change, Relay& relay);

/// Whether writing `after` over `before` is a new revision. It is not when only fields differ that
/// do not count (RelayField::counts); it is when nothing differs.
[[nodiscard]] bool is_new_revision(const Relay& before, const Relay& after);

/// zooid's schema name for a new relay, from subdomain and id: ^[a-z][a-z0-9_]*[a-z0-9]$ without
/// two underscores in a row, at most 63 characters. zooid names its tables after it without the
/// underscores at its ends, so that `x_` and `x` would share tables.
[[nodiscard]] std::string derive_schema(std::string_view subdomain, const RelayId& id);

/// What is wrong with one field of a relay, and what to do.
struct FieldFault {
  std::string field;
  std::string problem;  // names the offending value
  std::string remedy;
};

/// Whether zooid has taken a relay already. Then its schema stays as it is: older rows may break
/// the rule of derive_schema(), and still work.
enum class Standing : std::uint8_t { fresh, taken };

/// All faults of the desired state, none when it can be sent to zooid. Of a deleted relay only the
/// id counts. Other programs write relay rows too, so this is checked before each sync and not only
/// by our own commands.
[[nodiscard]] std::vector<FieldFault> validate(const Relay& relay,
                                               Standing standing = Standing::fresh);

/// The relay as the command line and the API print it: snake_case, times as integer milliseconds
/// UTC.
[[nodiscard]] nlohmann::ordered_json to_json(const Relay& relay);

}  // namespace tender
