// A borrowed prepared statement: bound, stepped, and reset when the handle goes, so that no read
// transaction stays open by accident. Errors come as StoreError.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"

namespace SQLite {
class Statement;
}

namespace tender::store {

struct DatabaseMeters;

class Statement {
 public:
  /// `statement` is borrowed from the database's cache; `path` names the database in errors, which
  /// `meters` counts.
  Statement(SQLite::Statement& statement, const std::string& path, const DatabaseMeters& meters);
  ~Statement();
  Statement(Statement&& other) noexcept;
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;

  // Binds the next parameter, left to right.
  void bind(std::int64_t value);
  void bind(int value) { bind(static_cast<std::int64_t>(value)); }
  void bind(bool value) { bind(static_cast<std::int64_t>(value ? 1 : 0)); }
  void bind(std::string_view value);
  void bind(const std::string& value) { bind(std::string_view(value)); }
  void bind(const char* value) { bind(std::string_view(value)); }
  void bind(TimePoint value) { bind(static_cast<std::int64_t>(value.time_since_epoch().count())); }
  template <typename T>
  void bind(const std::optional<T>& value) {
    if (value) {
      bind(*value);
    } else {
      bind_null();
    }
  }

  /// Goes to the next row; false when there is none.
  bool step();

  /// Runs a statement that returns no rows; the number of rows that it changed.
  int run();

  // Columns of the current row, counted from 0.
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] bool boolean(int column) const { return integer(column) != 0; }
  /// A number from 0 to 1,000,000; others, which only another program can have written, are
  /// clamped.
  [[nodiscard]] int count(int column) const;
  /// Milliseconds UTC; times beyond the year 9999, which only another program can have written,
  /// are clamped, so that nothing computed from them overflows.
  [[nodiscard]] TimePoint time(int column) const;
  [[nodiscard]] bool is_null(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_integer(int column) const;
  [[nodiscard]] std::optional<std::string> optional_text(int column) const;

 private:
  void bind_null();

  SQLite::Statement* statement_;
  const std::string* path_;
  const DatabaseMeters* meters_;
  int next_parameter_ = 1;
};

}  // namespace tender::store
