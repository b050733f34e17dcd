#include "tender/store/pause_table.hpp"

#include "tender/store/database.hpp"

namespace tender::store {

std::optional<SyncPause> PauseTable::find(TimePoint now) const {
  Statement row = database_.prepare(
      "SELECT since, until, reason, quiet FROM pause WHERE id = 1 AND (until IS NULL OR until > ?)",
      now);
  if (!row.step()) {
    return std::nullopt;
  }
  SyncPause pause{.since = row.time(0), .reason = row.text(2), .quiet = row.boolean(3)};
  if (!row.is_null(1)) {
    pause.until = row.time(1);
  }
  return pause;
}

void PauseTable::put(const SyncPause& pause) {
  database_
      .prepare(
          "INSERT OR REPLACE INTO pause (id, since, until, reason, quiet) VALUES (1, ?, ?, ?, ?)",
          pause.since, pause.until, pause.reason, pause.quiet)
      .run();
}

void PauseTable::remove() {
  database_.prepare("DELETE FROM pause").run();
}

void PauseTable::set_quiet(const SyncPause& pause, bool quiet) {
  database_.prepare("UPDATE pause SET quiet = ? WHERE id = 1 AND since = ?", quiet, pause.since)
      .run();
}

}  // namespace tender::store
