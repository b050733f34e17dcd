#include "tender/store/activity_pruner.hpp"

#include <vector>

#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

#include "activity_table.hpp"

namespace tender::store {
namespace {

constexpr int kWindow = 500;

struct Window {
  int rows = 0;
  int old = 0;
  std::int64_t last = 0;
};

Window look(Database& database, std::int64_t after, std::int64_t routed, TimePoint cutoff) {
  Statement row = database.prepare(
      "SELECT count(*), coalesce(sum(created_at < ?3), 0), coalesce(max(seq), 0) FROM "
      "(SELECT seq, created_at FROM activity WHERE seq > ?1 AND seq <= ?2 ORDER BY seq LIMIT ?4)",
      after, routed, cutoff, kWindow);
  row.step();
  return {.rows = static_cast<int>(row.integer(0)),
          .old = static_cast<int>(row.integer(1)),
          .last = row.integer(2)};
}

// Query::count_trailing_sync_failures, Query::has_completed_sync and Query::find_last_sync must not
// change by it.
std::vector<Activity> list_prunable(Database& database, std::int64_t after, std::int64_t last,
                                    TimePoint cutoff) {
  Statement row = database.prepare(
      "SELECT " TENDER_ACTIVITY_COLUMNS
      " FROM activity AS this WHERE seq > ?1 AND seq <= ?2 AND created_at < ?3 "
      "AND seq < (SELECT max(seq) FROM activity) "
      "AND (resource_type <> 'relay' OR ("
      "EXISTS (SELECT 1 FROM activity AS later WHERE later.resource_type = 'relay' "
      "AND later.resource_id = this.resource_id AND later.seq > this.seq) "
      "AND (activity_type <> 'complete_relay_sync' OR EXISTS (SELECT 1 FROM activity AS later "
      "WHERE later.resource_type = 'relay' AND later.resource_id = this.resource_id "
      "AND later.seq > this.seq AND later.activity_type = 'complete_relay_sync' "
      "AND (NOT " TENDER_WAS_SENT("this") " OR " TENDER_WAS_SENT("later") "))) "
      "AND (activity_type NOT IN (" TENDER_TYPES_THAT_START_OVER
      ", 'fail_relay_sync') "
      "OR seq < (SELECT coalesce(max(turn.seq), 0) FROM activity AS turn "
      "WHERE turn.resource_type = 'relay' AND turn.resource_id = this.resource_id "
      "AND turn.activity_type IN (" TENDER_TYPES_THAT_START_OVER "))))) ORDER BY seq",
      after, last, cutoff);
  std::vector<Activity> rows;
  while (row.step()) {
    rows.push_back(read_activity(row));
  }
  return rows;
}

}  // namespace

ActivityPruner::ActivityPruner(Database& database, const Clock& clock, Archive archive)
    : database_(database), clock_(clock) {
  if (archive == Archive::keep) {
    archive_.emplace(database.path());
  }
}

ActivityPruner::Step ActivityPruner::step(TimePoint cutoff, std::int64_t routed_seq) {
  const Window window = look(database_, looked_, routed_seq, cutoff);
  const auto rows = list_prunable(database_, looked_, window.last, cutoff);
  if (!rows.empty()) {
    if (archive_) {
      archive_->append(rows, clock_.now());
    }
    Transaction transaction(database_);
    for (const Activity& row : rows) {
      database_.prepare("DELETE FROM activity WHERE seq = ?", row.seq).run();
    }
    transaction.commit();
  }
  const bool finished = window.rows < kWindow || window.old == 0;
  looked_ = finished ? 0 : window.last;
  return {.pruned = static_cast<int>(rows.size()), .finished = finished};
}

}  // namespace tender::store
