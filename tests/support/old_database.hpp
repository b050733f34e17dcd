// A database as an earlier version of tender left it.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include <SQLiteCpp/Database.h>

#include "tender/store/migrations.hpp"

namespace tender::test {

/// Creates the database with all migrations before the one of that name, and runs `rows` on it with
/// the checks off.
inline void create_before(const std::filesystem::path& path, std::string_view migration,
                          const std::string& rows) {
  SQLite::Database raw(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  raw.exec(
      "CREATE TABLE schema_version (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) "
      "STRICT");
  for (const store::Migration& step : store::migrations()) {
    if (step.name == migration) {
      break;
    }
    raw.exec(std::string(step.sql));
    raw.exec("INSERT INTO schema_version VALUES (" + std::to_string(step.version) + ", 0)");
  }
  raw.exec("PRAGMA ignore_check_constraints = 1; " + rows);
}

}  // namespace tender::test
