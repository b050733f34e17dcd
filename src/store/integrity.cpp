#include "tender/store/integrity.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "tender/store/store_error.hpp"

#include "connection.hpp"

namespace tender {
namespace {

// Another program may hold the lock for the moment in which it recovers the write-ahead log.
constexpr int kCheckBusyTimeoutMs = 5000;
constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's machine, some milliseconds

// A progress handler: SQLite goes on while it returns 0.
int is_stopped(void* stop) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

// What quick_check says, "ok" or the first damage.
std::string check(const std::filesystem::path& path, const std::atomic<bool>& stop) {
  const auto connection = connect(path, "");
  connection->setBusyTimeout(kCheckBusyTimeoutMs);
  sqlite3_progress_handler(connection->getHandle(), kStepsBetweenLooks, is_stopped,
                           const_cast<std::atomic<bool>*>(&stop));
  SQLite::Statement statement(*connection, "PRAGMA quick_check(1)");
  return statement.executeStep() ? statement.getColumn(0).getString() : "no answer";
}

}  // namespace

Integrity check_integrity(const std::filesystem::path& path, std::uintmax_t largest,
                          const std::atomic<bool>* stop) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size == 0) {
    return Integrity::absent;
  }
  if (size > largest) {
    return Integrity::too_large;
  }
  const std::atomic<bool> never = false;
  std::string finding;
  try {
    finding = check(path, stop == nullptr ? never : *stop);
  } catch (const SQLite::Exception& cause) {
    if (cause.getErrorCode() == SQLITE_INTERRUPT) {
      return Integrity::stopped;
    }
    throw StoreError::from(cause, path.string());
  }
  if (finding != "ok") {
    finding.erase(0, finding.rfind('\n') + 1);  // "*** in database main ***" says nothing
    throw StoreError::damaged(path.string(), finding);
  }
  return Integrity::sound;
}

}  // namespace tender
