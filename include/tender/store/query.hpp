// What is read from the relay and activity tables: by the CLI, the worker and programs that embed
// it. A light value that borrows the database, which must outlive it. Calls block as Database says.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/model/activity.hpp"
#include "tender/model/relay.hpp"

namespace tender::store {

class Database;

/// A part of a list of relays, oldest first: those after the last one of the part before.
/// RelayPages walks over them; without limit it is the whole list, as large as the fleet.
struct RelayPage {
  // The last one of the part before. Its time as the row has it, because another program may have
  // written one that does not fit into a TimePoint.
  std::int64_t created_at = std::numeric_limits<std::int64_t>::min();
  RelayId id{};
  int limit = -1;  // none
};

enum class RelayOrder : std::uint8_t {
  created,
  newest,
  subdomain,
  name,
  tenant,
  plan,
  status,
  most_changed,  // by revision
  seen,          // the longest ago first
};

/// Which relays a person asks for. An empty text: any.
struct RelayFilter {
  std::string status{};
  std::string tenant{};
  std::string search{};  // is part of subdomain, name or id; the case of ASCII does not count
  std::optional<bool> synced{};
  RelayOrder order = RelayOrder::created;
  int limit = -1;  // none
};

/// A page of the relays that next_relays_matching() found.
struct RelayMatches {
  std::vector<Relay> relays{};
  bool more = false;  // whether others may follow
};

class Query {
 public:
  explicit Query(Database& database) : database_(&database) {}

  /// Also one that is deleted, as long as its row is there.
  [[nodiscard]] std::optional<Relay> get_relay(const RelayId& id) const;

  /// Of those that are not deleted.
  [[nodiscard]] std::optional<Relay> get_relay_of_subdomain(std::string_view subdomain) const;

  [[nodiscard]] std::optional<Relay> get_relay_of_schema(std::string_view schema) const;

  /// How people name a relay: by id, else by subdomain; deleted ones only after all others, and of
  /// one subdomain the newest. In rows of other programs, one text can be both.
  [[nodiscard]] std::optional<Relay> find_relay(std::string_view id_or_subdomain) const;

  /// A relay other than `relay` with that identity: zooid serves that one where it shows the key.
  /// Nothing if `relay` has it too, as when its file was copied, or if the identity is empty.
  [[nodiscard]] std::optional<Relay> get_other_relay_of_identity(const Relay& relay,
                                                                 std::string_view identity) const;

  /// The relay that zooid took last under that subdomain.
  [[nodiscard]] std::optional<Relay> get_relay_taken_under(std::string_view subdomain) const;

  /// A deleted relay that had the subdomain, and that zooid may still have.
  [[nodiscard]] std::optional<Relay> get_relay_being_deleted(std::string_view subdomain) const;

  // next_…: a page of a list, oldest first, and `page` is moved behind it. list_…: the whole list.

  /// All but those that zooid has deleted.
  [[nodiscard]] std::vector<Relay> next_relays(RelayPage& page) const;
  [[nodiscard]] std::vector<Relay> list_relays() const;

  /// Reads the whole table for anything but the whole list by age: for a person's question.
  [[nodiscard]] std::vector<RelayId> list_relay_ids(const RelayFilter& filter) const;
  /// A page of the relays that `filter` selects and `accept` takes, by age; the order and the limit
  /// of `filter` do not count. Reads at most `most` rows (at least 1), so a page can have fewer
  /// relays than its limit, or none, and others still follow. `accept` may read the database.
  [[nodiscard]] RelayMatches next_relays_matching(
      const RelayFilter& filter, RelayPage& page, int most,
      const std::function<bool(const Relay&)>& accept) const;

  /// Relays whose newest revision zooid does not have.
  [[nodiscard]] std::vector<Relay> next_relays_pending_sync(RelayPage& page) const;
  [[nodiscard]] std::vector<Relay> list_relays_pending_sync() const;

  /// Relays in doubt: a request for them may still have an effect (Relay::doubt_until).
  [[nodiscard]] std::vector<Relay> next_relays_in_doubt(RelayPage& page) const;
  [[nodiscard]] std::vector<Relay> list_relays_in_doubt() const;

  struct ActivityFilter {
    std::int64_t after_seq = 0;
    std::optional<RelayId> relay;
    int limit = 1000;
  };
  /// In order of seq.
  [[nodiscard]] std::vector<Activity> list_activity(const ActivityFilter& filter) const;
  /// The newest `limit` rows (of one relay, if given), in order of seq.
  [[nodiscard]] std::vector<Activity> list_latest_activity(const std::optional<RelayId>& relay,
                                                           int limit) const;
  /// The newest `limit` rows that the webhook has caused, in order of seq; and those that the
  /// webhooks have caused which told of these, and so on.
  [[nodiscard]] std::vector<Activity> list_activity_caused_by(std::string_view webhook_id,
                                                              int limit) const;
  [[nodiscard]] std::int64_t last_activity_seq() const;
  /// What caused that activity; nothing did if there is none.
  [[nodiscard]] Cause find_cause(std::int64_t seq) const;
  /// The seq of the rows after that one, in order; at most `limit`.
  [[nodiscard]] std::vector<std::int64_t> list_activity_seqs(std::int64_t after_seq,
                                                             int limit) const;

  /// Whether the activity log says that zooid ever accepted this relay, and did not delete it
  /// after: then it has an identity there.
  [[nodiscard]] bool has_completed_sync(const RelayId& id) const;

  /// When the newest sync of the relay completed that sent something, by the activity log; nothing
  /// when there is none.
  [[nodiscard]] std::optional<TimePoint> find_last_sync(const RelayId& id) const;

  /// Decided by the row and the activity log, because either may be incomplete (pruned or
  /// imported).
  [[nodiscard]] Standing standing_of(const Relay& relay) const;

  /// Consecutive fail_relay_sync rows at the end of the relay's activities. Failures of an older
  /// revision do not count: each change starts over, also one without an activity row.
  [[nodiscard]] int count_trailing_sync_failures(const RelayId& id) const;

  /// Active relays in step at which tender has looked, the longest ago first; at most `limit`.
  [[nodiscard]] std::vector<RelayId> list_seen_relays(std::int64_t limit) const;

  /// How often since then tender set out to put right what the relay's fields show in zooid
  /// (notice_relay_drift), and no command has come since.
  [[nodiscard]] int count_enforced_drifts(const RelayId& id, TimePoint since) const;

  struct RelayCounts {
    std::int64_t total = 0;  // without those that zooid has deleted
    std::int64_t synced = 0;
    std::int64_t pending = 0;
    std::int64_t failing = 0;         // pending with a sync_error
    std::int64_t live = 0;            // active, in step, and seen to be served as described
    std::int64_t unknown = 0;         // the same, but that was too long ago
    std::int64_t off = 0;             // not active, in step, and not seen to be served
    std::int64_t not_served = 0;      // zooid accepted it, and was seen not to serve it so
    std::int64_t other_identity = 0;  // zooid serves it with another key than at first
    std::int64_t parked = 0;          // zooid has it under a host that nobody wants, for a moment
    std::int64_t in_step = 0;         // active, in step, and not looked at yet
    std::int64_t in_step_not_served = 0;  // of those that are not served
    std::int64_t being_deleted = 0;       // deleted, and zooid may still have them
  };
  /// Relays in step that zooid was seen to serve otherwise, and whose answer to drift is `report`,
  /// which is that of the others `by_default`.
  [[nodiscard]] std::int64_t count_reported_drift(bool by_default) const;

  /// Relays that are not deleted, by what they ask for of the settings that an older zooid lacks.
  struct SettingCounts {
    std::int64_t public_read = 0;
    std::int64_t public_write = 0;
    std::int64_t blossom = 0;
  };
  [[nodiscard]] SettingCounts count_settings() const;

  /// What was seen before `seen_since` is not known any more.
  [[nodiscard]] RelayCounts count_relays(TimePoint seen_since = TimePoint::min()) const;

  /// The subdomains of those that RelayCounts::other_identity counts, by id.
  [[nodiscard]] std::vector<std::string> list_other_identities(std::int64_t limit) const;

  [[nodiscard]] std::int64_t count_relays_in_step() const;

  /// Relays in step at which the sweep is to look by now, the longest due first; then those whose
  /// time lies beyond `horizon`, because the clock was wrong when it was written.
  [[nodiscard]] std::vector<RelayId> list_relays_to_look_at(TimePoint now, TimePoint horizon,
                                                            std::int64_t limit) const;

 private:
  Database* database_;
};

}  // namespace tender::store
