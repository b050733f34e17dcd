#include <fmt/format.h>

#include "tender/store/database.hpp"
#include "tender/store/migrations.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

namespace tender {
namespace {

bool has_version_table(Database& database) {
  return database
      .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'")
      .step();
}

// Somebody else's database is not ours to migrate.
void refuse_foreign(Database& database) {
  if (database.prepare("SELECT 1 FROM sqlite_schema WHERE name IN ('relay', 'activity')").step()) {
    throw StoreError(
        StoreFault::other,
        fmt::format("database {} has tables that tender did not make", database.path().string()),
        "point DATABASE_URL at a file of its own");
  }
}

}  // namespace

int schema_version(Database& database) {
  if (!has_version_table(database)) {
    return 0;
  }
  Statement statement = database.prepare("SELECT coalesce(max(version), 0) FROM schema_version");
  statement.step();
  return static_cast<int>(statement.integer(0));
}

void migrate(Database& database, std::span<const Migration> steps, TimePoint now) {
  const int newest = steps.empty() ? 0 : steps.back().version;
  if (schema_version(database) == newest) {
    return;
  }
  for (const Migration& step : steps) {
    Transaction transaction(database);
    // Read inside of the transaction: another process may be migrating at the same time.
    const int current = schema_version(database);
    if (current >= step.version) {
      transaction.commit();
      continue;
    }
    if (current == 0) {
      refuse_foreign(database);
      database.execute(
          "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) "
          "STRICT");
    }
    database.execute(step.sql);
    database
        .prepare("INSERT INTO schema_version (version, applied_at) VALUES (?, ?)", step.version,
                 now)
        .run();
    transaction.commit();
  }
  if (const int current = schema_version(database); current > newest) {
    throw StoreError(
        StoreFault::too_new,
        fmt::format("database {} has schema version {}, and this tender knows versions up to {}",
                    database.path().string(), current, newest),
        "run a newer tender, or restore a backup from before the upgrade");
  }
}

}  // namespace tender
