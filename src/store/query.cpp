#include "tender/store/query.hpp"

#include <algorithm>

#include "tender/store/database.hpp"

#include "activity_table.hpp"
#include "relay_table.hpp"

namespace tender {
namespace {

template <typename Read>
auto read_all(Statement statement, Read read) {
  std::vector<decltype(read(statement))> rows;
  while (statement.step()) {
    rows.push_back(read(statement));
  }
  return rows;
}

std::optional<Relay> read_one(Statement statement) {
  return statement.step() ? std::optional(read_relay(statement)) : std::nullopt;
}

}  // namespace

std::optional<Relay> Query::get_relay(const RelayId& id) const {
  return read_one(
      database_->prepare("SELECT " TENDER_RELAY_COLUMNS " FROM relay WHERE id = ?", id.text));
}

std::optional<Relay> Query::find_relay(std::string_view id_or_subdomain) const {
  if (auto relay = get_relay(RelayId{std::string(id_or_subdomain)})) {
    return relay;
  }
  return get_relay_of_subdomain(id_or_subdomain);
}

std::optional<Relay> Query::get_relay_of_subdomain(std::string_view subdomain) const {
  return read_one(database_->prepare(
      "SELECT " TENDER_RELAY_COLUMNS " FROM relay WHERE subdomain = ?", subdomain));
}

std::vector<Relay> Query::list_relays() const {
  return read_all(
      database_->prepare("SELECT " TENDER_RELAY_COLUMNS " FROM relay ORDER BY created_at, id"),
      read_relay);
}

std::vector<Relay> Query::list_relays_pending_sync() const {
  return read_all(database_->prepare("SELECT " TENDER_RELAY_COLUMNS
                                     " FROM relay WHERE synced = 0 ORDER BY created_at, id"),
                  read_relay);
}

std::vector<Relay> Query::list_relays_in_doubt() const {
  return read_all(
      database_->prepare("SELECT " TENDER_RELAY_COLUMNS
                         " FROM relay WHERE settle_at IS NOT NULL ORDER BY created_at, id"),
      read_relay);
}

std::vector<Activity> Query::list_activity(const ActivityFilter& filter) const {
  if (filter.relay) {
    return read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                       " FROM activity WHERE resource_type = 'relay' AND "
                                       "resource_id = ? AND seq > ? ORDER BY seq LIMIT ?",
                                       filter.relay->text, filter.after_seq, filter.limit),
                    read_activity);
  }
  return read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                     " FROM activity WHERE seq > ? ORDER BY seq LIMIT ?",
                                     filter.after_seq, filter.limit),
                  read_activity);
}

std::vector<Activity> Query::list_latest_activity(const std::optional<RelayId>& relay,
                                                  int limit) const {
  auto rows = relay
                  ? read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                                " FROM activity WHERE resource_type = 'relay' AND "
                                                "resource_id = ? ORDER BY seq DESC LIMIT ?",
                                                relay->text, limit),
                             read_activity)
                  : read_all(database_->prepare("SELECT " TENDER_ACTIVITY_COLUMNS
                                                " FROM activity ORDER BY seq DESC LIMIT ?",
                                                limit),
                             read_activity);
  std::ranges::reverse(rows);
  return rows;
}

std::int64_t Query::last_activity_seq() const {
  Statement statement = database_->prepare("SELECT coalesce(max(seq), 0) FROM activity");
  statement.step();
  return statement.integer(0);
}

bool Query::has_completed_sync(const RelayId& id) const {
  return database_
      ->prepare(
          "SELECT 1 FROM activity WHERE resource_type = 'relay' AND resource_id = ? "
          "AND activity_type = 'complete_relay_sync' LIMIT 1",
          id.text)
      .step();
}

Standing Query::standing_of(const Relay& relay) const {
  const bool fresh = !relay.synced && !relay.synced_revision && !has_completed_sync(relay.id);
  return fresh ? Standing::fresh : Standing::taken;
}

int Query::count_trailing_sync_failures(const RelayId& id) const {
  Statement statement = database_->prepare(
      "SELECT count(*) FROM activity WHERE resource_type = 'relay' AND resource_id = ?1 "
      "AND activity_type = 'fail_relay_sync' "
      "AND CASE WHEN json_valid(detail) THEN json_extract(detail, '$.superseded') IS NOT 1 END "
      "AND seq > "
      "(SELECT coalesce(max(seq), 0) FROM activity WHERE resource_type = 'relay' "
      "AND resource_id = ?1 AND activity_type IN ('create_relay', 'update_relay', "
      "'activate_relay', "
      "'deactivate_relay', 'reconcile_relay', 'complete_relay_sync'))",
      id.text);
  statement.step();
  return static_cast<int>(statement.integer(0));
}

Query::RelayCounts Query::count_relays() const {
  Statement statement = database_->prepare(
      "SELECT count(*), coalesce(sum(synced), 0), coalesce(sum(synced = 0), 0), "
      "coalesce(sum(synced = 0 AND sync_error <> ''), 0), coalesce(sum(synced = 1 AND live = 1), "
      "0), coalesce(sum(live = 0), 0) FROM relay");
  statement.step();
  return {.total = statement.integer(0),
          .synced = statement.integer(1),
          .pending = statement.integer(2),
          .failing = statement.integer(3),
          .live = statement.integer(4),
          .not_served = statement.integer(5)};
}

}  // namespace tender
