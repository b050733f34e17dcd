#include "tender/store/tombstones.hpp"

#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

namespace tender::store {

int remove_tombstones(Database& database, TimePoint cutoff, int limit) {
  Transaction transaction(database);
  Statement removed = database.prepare(
      "DELETE FROM relay WHERE id IN (SELECT id FROM relay WHERE status = 'deleted' "
      "AND synced = 1 AND doubt_until IS NULL AND NOT EXISTS (SELECT 1 FROM activity "
      "WHERE resource_type = 'relay' AND resource_id = relay.id AND created_at >= ?) LIMIT ?) "
      "RETURNING id",
      cutoff, limit);
  int rows = 0;
  while (removed.step()) {
    database.prepare("DELETE FROM relay_admin WHERE relay_id = ?", removed.text(0)).run();
    ++rows;
  }
  transaction.commit();
  return rows;
}

}  // namespace tender::store
