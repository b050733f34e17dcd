#include "tender/outbox/destination_state.hpp"

#include "tender/store/database.hpp"

namespace tender::outbox {
namespace {

std::optional<TimePoint> optional_time(const store::Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

#define TENDER_STATE_COLUMNS \
  "failing_since, reason, probe_at, paused_until, stores_nothing, concurrency, answered_at"

DestinationState read_state(const store::Statement& row) {
  DestinationState state;
  state.failing_since = optional_time(row, 0);
  state.reason = row.text(1);
  state.probe_at = optional_time(row, 2);
  state.paused_until = optional_time(row, 3);
  state.stores_nothing = row.boolean(4);
  if (!row.is_null(5)) {
    state.concurrency = row.count(5);
  }
  state.answered_at = optional_time(row, 6);
  return state;
}

}  // namespace

DestinationState read_destination_state(store::Database& database, std::string_view destination) {
  store::Statement row = database.prepare(
      "SELECT " TENDER_STATE_COLUMNS " FROM destination_state WHERE destination = ?", destination);
  return row.step() ? read_state(row) : DestinationState();
}

std::vector<std::pair<std::string, DestinationState>> list_destination_states(
    store::Database& database) {
  std::vector<std::pair<std::string, DestinationState>> states;
  store::Statement row = database.prepare(
      "SELECT " TENDER_STATE_COLUMNS ", destination FROM destination_state ORDER BY destination");
  while (row.step()) {
    states.emplace_back(row.text(7), read_state(row));
  }
  return states;
}

void forget_destination_state(store::Database& database, std::string_view destination) {
  database.prepare("DELETE FROM destination_state WHERE destination = ?", destination).run();
}

void write_destination_state(store::Database& database, std::string_view destination,
                             const DestinationState& state) {
  database
      .prepare("INSERT INTO destination_state (destination, " TENDER_STATE_COLUMNS
               ") VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
               "ON CONFLICT (destination) DO UPDATE SET "
               "failing_since = excluded.failing_since, reason = excluded.reason, "
               "probe_at = excluded.probe_at, paused_until = excluded.paused_until, "
               "stores_nothing = excluded.stores_nothing, concurrency = excluded.concurrency, "
               "answered_at = excluded.answered_at",
               destination, state.failing_since, state.reason, state.probe_at, state.paused_until,
               state.stores_nothing, state.concurrency, state.answered_at)
      .run();
}

}  // namespace tender::outbox
