#include "tender/store/store_error.hpp"

#include <array>

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace tender::store {
namespace {

constexpr const char* kDamagedRemedy =
    "stop tender and restore a backup (docs/operations.md); tender never recreates a damaged one";

constexpr std::array<std::string_view, 11> kFaults{
    "missing", "cannot_open", "busy",    "readonly", "full", "io",
    "corrupt", "constraint",  "too_new", "too_old",  "other"};

struct Meaning {
  StoreFault fault;
  const char* remedy;
};

Meaning meaning_of(int code) {
  switch (code & 0xff) {  // the primary result code
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {StoreFault::busy,
              "another program holds the database's lock: end its transaction, then try again"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
      return {StoreFault::readonly,
              "make the database file and its directory writable for the user that tender runs as"};
    case SQLITE_FULL:
      return {StoreFault::full, "free some space on the disk that holds the database"};
    case SQLITE_IOERR:
      return {StoreFault::io, "check the disk that holds the database (see the system's log)"};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {StoreFault::corrupt, kDamagedRemedy};
    case SQLITE_CANTOPEN:
      return {StoreFault::cannot_open,
              "check DATABASE_URL, and that the directory and the files in it are there and "
              "writable for the user that "
              "tender runs as"};
    case SQLITE_CONSTRAINT:
      return {StoreFault::constraint, "correct the value that breaks the rule"};
    default:
      return {StoreFault::other, "see SQLite's message; if it makes no sense, report it as a bug"};
  }
}

}  // namespace

std::string_view to_string(StoreFault fault) {
  return kFaults.at(static_cast<std::size_t>(fault));
}

StoreError StoreError::from(const SQLite::Exception& cause, const std::string& path) {
  const Meaning meaning = meaning_of(cause.getErrorCode());
  return {meaning.fault, fmt::format("database {}: {}", path, cause.what()), meaning.remedy};
}

StoreError StoreError::damaged(const std::string& path, const std::string& finding) {
  return {StoreFault::corrupt, fmt::format("database {} is damaged: {}", path, finding),
          kDamagedRemedy};
}

}  // namespace tender::store
