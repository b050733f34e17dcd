#include "tender/store/integrity.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "tender/store/store_error.hpp"

#include "connection.hpp"

namespace tender::store {
namespace {

// Another program may hold the lock for the moment in which it recovers the write-ahead log.
constexpr int kCheckBusyTimeoutMs = 5000;
constexpr int kStepsBetweenLooks = 10'000;  // of SQLite's machine, some milliseconds

// A progress handler: SQLite goes on while it returns 0.
int is_stopped(void* stop) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

// Values that break a CHECK, NOT NULL or the type of a STRICT table: rows that somebody wrote with
// the checks off. The file itself is intact.
bool is_about_values(std::string_view finding) {
  return finding.starts_with("CHECK constraint failed in ") ||
         finding.find(" value in ") != std::string_view::npos;
}

struct Findings {
  bool odd_rows = false;
  std::string damage;  // the first; empty: none
};

Findings check(const std::filesystem::path& path, const std::atomic<bool>& stop) {
  const auto connection = connect(path, "");
  connection->setBusyTimeout(kCheckBusyTimeoutMs);
  sqlite3_progress_handler(connection->getHandle(), kStepsBetweenLooks, is_stopped,
                           const_cast<std::atomic<bool>*>(&stop));
  SQLite::Statement statement(*connection, "PRAGMA quick_check(100)");
  Findings findings;
  while (findings.damage.empty() && statement.executeStep()) {
    std::string finding = statement.getColumn(0).getString();
    if (is_about_values(finding)) {
      findings.odd_rows = true;
    } else if (finding != "ok") {
      findings.damage = std::move(finding);
    }
  }
  return findings;
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
  Findings findings;
  try {
    findings = check(path, stop == nullptr ? never : *stop);
  } catch (const SQLite::Exception& cause) {
    if (cause.getErrorCode() == SQLITE_INTERRUPT) {
      return Integrity::stopped;
    }
    throw StoreError::from(cause, path.string());
  }
  std::string& damage = findings.damage;
  if (!damage.empty()) {
    damage.erase(0, damage.rfind('\n') + 1);  // "*** in database main ***" says nothing
    throw StoreError::damaged(path.string(), damage);
  }
  return findings.odd_rows ? Integrity::odd_rows : Integrity::sound;
}

}  // namespace tender::store
