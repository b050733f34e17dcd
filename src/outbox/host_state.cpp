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
      "SELECT failing_since, reason, probe_at, paused_until, stores_nothing, "
      "concurrency FROM host_state");
  row.step();
  HostState state;
  state.failing_since = optional_time(row, 0);
  state.reason = row.text(1);
  state.probe_at = optional_time(row, 2);
  state.paused_until = optional_time(row, 3);
  state.stores_nothing = row.boolean(4);
  if (const auto concurrency = row.optional_integer(5)) {
    state.concurrency = static_cast<int>(*concurrency);
  }
  return state;
}

void write_host_state(Database& database, const HostState& state) {
  database
      .prepare(
          "UPDATE host_state SET failing_since = ?, reason = ?, probe_at = ?, paused_until = ?, "
          "stores_nothing = ?, concurrency = ?",
          state.failing_since, state.reason, state.probe_at, state.paused_until,
          state.stores_nothing, state.concurrency)
      .run();
}

}  // namespace tender::outbox
