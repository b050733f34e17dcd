#include <fmt/format.h>

#include "tender/store/database.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/migrations.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

namespace tender::store {
namespace {

bool has_version_table(Database& database) {
  return database
      .prepare("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'schema_version'")
      .step();
}

// Taken for the time of the migration; nothing for a new database, on which nobody can be at work,
// and when another process has just migrated it.
std::optional<DatabaseLock> keep_sidecars_away(Database& database, int newest) {
  if (schema_version(database) == 0) {
    return std::nullopt;
  }
  auto lock = DatabaseLock::try_acquire(database.path());
  const int current = schema_version(database);
  if (!lock && current < newest) {
    throw StoreError(StoreFault::too_old,
                     fmt::format("database {} has schema version {}, this tender needs {}, and a "
                                 "running sidecar holds the database",
                                 database.path().string(), current, newest),
                     "stop the running sidecar first, then start the new version");
  }
  return lock;
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
  const int before = schema_version(database);
  if (before == newest) {
    return;
  }
  const auto lock = before < newest ? keep_sidecars_away(database, newest) : std::nullopt;
  for (const Migration& step : steps) {
    Transaction transaction(database);
    // Read inside of the transaction: another process may be migrating at the same time.
    const int current = schema_version(database);
    if (current >= step.version) {
      transaction.commit();
      continue;
    }
    if (current == 0) {
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

}  // namespace tender::store
