#include "tender/outbox/router.hpp"

#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {

bool Router::route(Portion portion, const Handler& handler) {
  // Read before the transaction: the log only grows, and nobody else moves the offset.
  std::int64_t routed = offset();
  const auto rows = Query(database_).list_activity(
      {.after_seq = routed, .relay = std::nullopt, .limit = Portion::kRows});
  if (rows.empty()) {
    return false;
  }
  Transaction transaction(database_);
  bool more = rows.size() == Portion::kRows;
  for (const Activity& activity : rows) {
    if (!portion.take()) {
      more = true;
      break;
    }
    handler(activity);
    routed = activity.seq;
  }
  database_.prepare("UPDATE router_offset SET seq = ?", routed).run();
  transaction.commit();
  return more;
}

std::int64_t Router::offset() {
  Statement row = database_.prepare("SELECT seq FROM router_offset");
  row.step();
  return row.integer(0);
}

}  // namespace tender::outbox
