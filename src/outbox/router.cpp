#include "tender/outbox/router.hpp"

#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {
namespace {

constexpr int kBatch = 256;

}  // namespace

bool Router::route(const Handler& handler) {
  const Query query(database_);
  if (!stored_offset()) {
    write_offset(query.last_activity_seq());
    return false;
  }
  while (query.last_activity_seq() > offset()) {
    Transaction transaction(database_);
    const auto rows =
        query.list_activity({.after_seq = offset(), .relay = std::nullopt, .limit = kBatch});
    if (rows.empty()) {
      // The newest rows were pruned by somebody: there is nothing behind the offset.
      break;
    }
    for (const Activity& activity : rows) {
      handler(activity);
    }
    write_offset(rows.back().seq);
    transaction.commit();
  }
  return true;
}

std::int64_t Router::offset() {
  const auto stored = stored_offset();
  return stored ? *stored : Query(database_).last_activity_seq();
}

// Nothing when the row is gone, or names a row that the log never had.
std::optional<std::int64_t> Router::stored_offset() {
  Statement row = database_.prepare(
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
