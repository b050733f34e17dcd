#include "tender/outbox/host_state.hpp"

#include "tender/store/database.hpp"

namespace tender::outbox {
namespace {

std::optional<TimePoint> optional_time(const Statement& row, int column) {
  return row.is_null(column) ? std::nullopt : std::optional(row.time(column));
}

}  // namespace

HostState read_host_state(Database& database) {
  Statement row = database.prepare(
      "SELECT failing_since, reason, probe_at, paused_until, stores_nothing, concurrency "
      "FROM host_state WHERE id = 1");
  HostState state;
  if (!row.step()) {
    return state;  // another program deleted the row: nothing is known
  }
  state.failing_since = optional_time(row, 0);
  state.reason = row.text(1);
  state.probe_at = optional_time(row, 2);
  state.paused_until = optional_time(row, 3);
  state.stores_nothing = row.boolean(4);
  if (!row.is_null(5)) {
    state.concurrency = row.count(5);
  }
  return state;
}

void write_host_state(Database& database, const HostState& state) {
  database
      .prepare(
          "INSERT INTO host_state (id, failing_since, reason, probe_at, paused_until, "
          "stores_nothing, concurrency) VALUES (1, ?, ?, ?, ?, ?, ?) "
          "ON CONFLICT (id) DO UPDATE SET "
          "failing_since = excluded.failing_since, reason = excluded.reason, "
          "probe_at = excluded.probe_at, paused_until = excluded.paused_until, "
          "stores_nothing = excluded.stores_nothing, concurrency = excluded.concurrency",
          state.failing_since, state.reason, state.probe_at, state.paused_until,
          state.stores_nothing, state.concurrency)
      .run();
}

}  // namespace tender::outbox
