// Whether a SQLite file is tender's own, asked before anything in it is changed.
#pragma once

#include <filesystem>

#include "tender/store/database.hpp"

namespace tender::store {

/// Returns when the file holds tender's tables, or none at all and `mode` is create. Throws
/// StoreError: missing when there are none and `mode` is existing, other when there are only tables
/// of somebody else. Only reads. SQLite::Exception as SQLite has it.
void require_own_tables(SQLite::Database& connection, const std::filesystem::path& path,
                        OpenMode mode);

}  // namespace tender::store
