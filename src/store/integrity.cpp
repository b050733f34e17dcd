#include "tender/store/integrity.hpp"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

#include "tender/store/store_error.hpp"

#include "connection.hpp"

namespace tender {
namespace {

// Another program may hold the lock for the moment in which it recovers the write-ahead log.
constexpr int kCheckBusyTimeoutMs = 5000;

constexpr const char* kQuickCheck = "PRAGMA quick_check(100)";

// Values that break a CHECK, NOT NULL or the type of a STRICT table: rows that somebody wrote with
// the checks off. The file itself is sound.
bool is_about_values(std::string_view finding) {
  return finding.starts_with("CHECK constraint failed in ") ||
         finding.find(" value in ") != std::string_view::npos;
}

}  // namespace

Integrity check_integrity(const std::filesystem::path& path, std::uintmax_t largest) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error || size == 0) {
    return Integrity::absent;
  }
  if (size > largest) {
    return Integrity::too_large;
  }
  Integrity integrity = Integrity::sound;
  std::string damage;
  try {
    const auto connection = connect(path, "");
    connection->setBusyTimeout(kCheckBusyTimeoutMs);
    SQLite::Statement check(*connection, kQuickCheck);
    while (damage.empty() && check.executeStep()) {
      std::string finding = check.getColumn(0).getString();
      if (is_about_values(finding)) {
        integrity = Integrity::odd_rows;
      } else if (finding != "ok") {
        damage = std::move(finding);
      }
    }
  } catch (const SQLite::Exception& cause) {
    throw StoreError::from(cause, path.string());
  }
  if (!damage.empty()) {
    damage.erase(0, damage.rfind('\n') + 1);  // "*** in database main ***" says nothing
    throw StoreError::damaged(path.string(), damage);
  }
  return integrity;
}

}  // namespace tender
