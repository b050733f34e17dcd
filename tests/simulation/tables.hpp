// The database as the witness reads it: with SQL of its own, and what each relay row asks of zooid
// written down a second time (docs/outbox.md, docs/zooid-api.md), so that a wrong column or a
// wrong field of the product cannot agree with itself. Reads only.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tender/config/env.hpp"
#include "tender/store/database.hpp"

namespace tender::simulation {

/// What one row of the relay table says.
struct RelayRow {
  std::string id;
  std::string host;  // where its clients find it
  std::string name;
  bool active = false;
  bool deleted = false;   // a tombstone: zooid is to have no such relay
  bool valid = false;     // zooid can take it
  nlohmann::json config;  // what zooid is to hold, without the secret; null when deleted
  std::int64_t revision = 0;
  bool synced = false;
  bool in_doubt = false;
  std::optional<bool> live;
  std::string identity;        // the one that was seen first; empty: none was
  std::string other_identity;  // another one that was seen since
};

/// What the worker leaves behind about the host for the next process.
struct HostRow {
  bool failing = false;
  bool stores_nothing = false;
  std::optional<TimePoint> paused_until;
};

/// A row of the outbox.
struct JobRow {
  bool sync = false;  // a sync, or a check
  std::string relay;
  std::int64_t generation = 0;
  int priority = 0;  // 0 is the most urgent
  int attempt = 0;
  TimePoint not_before{};
  std::int64_t asked_seq = 0;
  bool forced = false;
  bool recreate = false;
};

/// A row of the log about a relay that tender knows.
struct LogRow {
  std::int64_t seq = 0;
  std::string type;
  bool of_a_relay = false;
  std::string resource;
  std::string detail;
};

class Tables {
 public:
  /// Borrows both.
  Tables(store::Database& database, const config::Env& env) : database_(database), env_(env) {}

  [[nodiscard]] std::optional<RelayRow> relay(const std::string& id) const;
  /// Without the deleted ones, whose hosts others may have.
  [[nodiscard]] std::optional<RelayRow> relay_at(const std::string& host) const;
  [[nodiscard]] std::vector<RelayRow> relays() const;

  /// Whether the relay wants the subdomain of one that zooid has yet to delete.
  [[nodiscard]] bool waits_for_deletion(const std::string& relay) const;

  /// Whether another relay was seen with that key before.
  [[nodiscard]] bool is_anothers(const std::string& identity, const std::string& relay) const;

  /// The job of that relay: its sync, or its check.
  [[nodiscard]] std::optional<JobRow> job(bool sync, const std::string& relay) const;
  /// Whether nothing is left to do but syncs, and the looks of the sweep, which never ends.
  [[nodiscard]] bool no_checks() const;
  /// The relays whose syncs are left.
  [[nodiscard]] std::vector<std::string> syncs() const;
  /// Whether all syncs that are left were refused because another relay has their host.
  [[nodiscard]] bool only_wait_for_hosts() const;
  /// The first few, for people.
  [[nodiscard]] std::string describe_jobs() const;

  enum class Order : std::uint8_t { most_urgent, longest_due };
  /// The first sync, or the first check, that was due before `now` and is `claimable`.
  [[nodiscard]] std::optional<JobRow> first_due(
      bool sync, Order order, TimePoint now,
      const std::function<bool(const JobRow&)>& claimable) const;

  [[nodiscard]] std::vector<LogRow> log_after(std::int64_t seq) const;
  [[nodiscard]] std::int64_t last_log_row() const;
  /// Up to which row of the log the worker has read.
  [[nodiscard]] std::int64_t routed() const;

  [[nodiscard]] HostRow host() const;
  /// Whether an operator's pause holds.
  [[nodiscard]] bool is_paused(TimePoint now) const;
  /// And was told that nothing is under way.
  [[nodiscard]] bool is_paused_and_quiet(TimePoint now) const;

  /// Whether a dead letter keeps the relay from being tried at that revision.
  [[nodiscard]] bool letter_holds(const std::string& relay, std::int64_t revision) const;

 private:
  [[nodiscard]] RelayRow read_relay(const store::Statement& row) const;

  store::Database& database_;
  const config::Env& env_;
};

/// From its sending on, how long a relay's request may still have an effect when the process that
/// sent it has died: a sync is three requests at most, and what zooid has not done
/// RELAY_SYNC_SETTLE after it was given up, it never does.
[[nodiscard]] Milliseconds longest_effect(const config::Env& env);

}  // namespace tender::simulation
