// A bare connection to a database file: what Database, the integrity check and backup have in
// common.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace SQLite {
class Database;
}

namespace tender::store {

/// Opens the existing file at `path` on the VFS of that name (empty: the default one), without
/// looking at what it holds. The connection never checkpoints by itself. Throws SQLite::Exception.
[[nodiscard]] std::unique_ptr<SQLite::Database> connect(const std::filesystem::path& path,
                                                        const std::string& vfs);

}  // namespace tender::store
