#include "tender/outbox/router.hpp"

#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {

Router::Routed Router::route(store::Portion portion, const Handler& handler) {
  const store::Query query(database_);
  // Read before the transaction: the activity log only grows, and nobody else moves the offset.
  const auto offset = stored_offset();
  if (!offset) {
    write_offset(query.last_activity_seq());
    return Routed::lost;
  }
  const auto rows = query.list_activity(
      {.after_seq = *offset, .relay = std::nullopt, .limit = store::Portion::kRows});
  if (rows.empty()) {
    return Routed::all;
  }
  store::Transaction transaction(database_);
  std::int64_t routed = *offset;
  bool more = rows.size() == store::Portion::kRows;
  for (const Activity& activity : rows) {
    if (!portion.take()) {
      more = true;
      break;
    }
    handler(activity);
    routed = activity.seq;
  }
  write_offset(routed);
  transaction.commit();
  return more ? Routed::more : Routed::all;
}

std::int64_t Router::offset() {
  const auto stored = stored_offset();
  return stored ? *stored : store::Query(database_).last_activity_seq();
}

// Nothing when the row is gone, or names an activity that never was.
std::optional<std::int64_t> Router::stored_offset() {
  store::Statement row = database_.prepare(
      "SELECT seq FROM router_offset WHERE id = 1 AND seq BETWEEN 0 AND "
      "max((SELECT coalesce(max(seq), 0) FROM activity), "
      "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'activity'), 0))");
  return row.step() ? std::optional(row.integer(0)) : std::nullopt;
}

void Router::write_offset(std::int64_t seq) {
  database_
      .prepare(
          "INSERT INTO router_offset (id, seq) VALUES (1, ?) "
          "ON CONFLICT (id) DO UPDATE SET seq = excluded.seq",
          seq)
      .run();
}

}  // namespace tender::outbox
