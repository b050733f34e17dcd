#include "ownership.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "tender/store/store_error.hpp"

namespace tender::store {

void require_own_tables(SQLite::Database& connection, const std::filesystem::path& path,
                        OpenMode mode) {
  // Others have a schema_version too; the first migration made both in one transaction.
  SQLite::Statement count(
      connection,
      "SELECT count(*), coalesce(sum(name IN ('schema_version', 'activity')), "
      "0) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' "
      "ESCAPE '!'");
  count.executeStep();
  const int tables = count.getColumn(0).getInt();
  const int own = count.getColumn(1).getInt();
  if (own == 2) {
    return;
  }
  if (mode == OpenMode::existing) {
    throw StoreError(
        StoreFault::missing, fmt::format("{} does not contain a tender database", path.string()),
        "check DATABASE_URL, or create one with `tender relay create` or `tender run`");
  }
  if (tables > 0) {
    throw StoreError(StoreFault::other,
                     fmt::format("database {} has tables that tender did not make", path.string()),
                     "set DATABASE_URL to a file that only tender uses");
  }
}

}  // namespace tender::store
