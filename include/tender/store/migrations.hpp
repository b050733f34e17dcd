// The numbered migrations of src/store/migrations, embedded by the build, and their application.
// A migration that has landed is never edited; a change is a new file.
#pragma once

#include <span>
#include <string_view>

#include "tender/base/clock.hpp"

namespace tender::store {

class Database;

struct Migration {
  int version;
  std::string_view name;
  std::string_view sql;
};

/// All of them, by version, from 1 on without a gap.
[[nodiscard]] std::span<const Migration> migrations();

/// Brings the database up to the newest version, one transaction each. Holds DatabaseLock while it
/// migrates one of an older version: a sidecar that does not know the new schema must not work on
/// it. Throws StoreError, with both versions named: too_new when the database was written by a
/// newer tender, too_old when somebody else holds the lock.
void migrate(Database& database, std::span<const Migration> steps, TimePoint now);

/// The version that the database has; 0 for an empty one.
[[nodiscard]] int schema_version(Database& database);

}  // namespace tender::store
