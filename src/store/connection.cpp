#include "connection.hpp"

#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

namespace tender::store {

std::unique_ptr<SQLite::Database> connect(const std::filesystem::path& path,
                                          const std::string& vfs) {
  auto connection = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READWRITE,
                                                       /*aBusyTimeoutMs=*/0, vfs);
  // SQLite before 3.51.3 can damage a write-ahead log when one connection resets it while another
  // checkpoints. So neither commits nor the last close checkpoint: only the holder of DatabaseLock
  // does.
  sqlite3_wal_autocheckpoint(connection->getHandle(), 0);
  sqlite3_db_config(connection->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return connection;
}

}  // namespace tender::store
