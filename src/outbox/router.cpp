#include "tender/outbox/router.hpp"

#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {
namespace {

constexpr int kBatch = 256;

}  // namespace

void Router::route(const Handler& handler) {
  const Query query(database_);
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
    database_.prepare("UPDATE router_offset SET seq = ?", rows.back().seq).run();
    transaction.commit();
  }
}

std::int64_t Router::offset() {
  Statement row = database_.prepare("SELECT seq FROM router_offset");
  row.step();
  return row.integer(0);
}

}  // namespace tender::outbox
