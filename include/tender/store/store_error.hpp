// What SQLite could not do: which file, why, and what the operator can do about it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tender/base/error.hpp"

namespace SQLite {
class Exception;
}

namespace tender::store {

enum class StoreFault : std::uint8_t {
  missing,  // no database there, and this command does not create one
  cannot_open,
  busy,  // another program holds the lock for longer than we wait
  readonly,
  full,
  io,
  corrupt,     // damaged, or not a SQLite database at all
  constraint,  // a rule of the schema
  too_new,     // written by a newer tender
  too_old,     // to be migrated, and a sidecar of an older tender works on it
  other,
};

/// "missing", "cannot_open", …
[[nodiscard]] std::string_view to_string(StoreFault fault);

class StoreError : public Error {
 public:
  StoreError(StoreFault fault, const std::string& what, std::string remedy)
      : Error(what, std::move(remedy)), fault_(fault) {}

  /// The error that `cause` stands for, naming the database at `path`.
  [[nodiscard]] static StoreError from(const SQLite::Exception& cause, const std::string& path);

  /// The error of a database that SQLite opens and finds damaged.
  [[nodiscard]] static StoreError damaged(const std::string& path, const std::string& finding);

  [[nodiscard]] StoreFault fault() const { return fault_; }

 private:
  StoreFault fault_;
};

}  // namespace tender::store
