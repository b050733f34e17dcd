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
  std::string finding;
  try {
    const auto connection = connect(path, "");
    connection->setBusyTimeout(kCheckBusyTimeoutMs);
    SQLite::Statement check(*connection, "PRAGMA quick_check(1)");
    finding = check.executeStep() ? check.getColumn(0).getString() : "no answer";
  } catch (const SQLite::Exception& cause) {
    throw StoreError::from(cause, path.string());
  }
  if (finding != "ok") {
    finding.erase(0, finding.rfind('\n') + 1);  // "*** in database main ***" says nothing
    throw StoreError::damaged(path.string(), finding);
  }
  return Integrity::sound;
}

}  // namespace tender
