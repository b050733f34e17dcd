// One connection to tender's SQLite database: opened with the pragmas that the rest relies on,
// migrated, its statements prepared once. Used by the store's own classes and by the outbox tables;
// on one thread. Calls block for as long as SQLite does, at most 5 s when another program holds the
// lock.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "tender/base/clock.hpp"
#include "tender/store/statement.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace tender {

enum class OpenMode : std::uint8_t {
  create,    // make file (0600) and directory (0700) when absent
  existing,  // StoreError (missing) when absent
};

class Database {
 public:
  struct Options {
    OpenMode mode = OpenMode::create;
    /// How long a lock of another program is waited for before StoreError (busy).
    Milliseconds busy_timeout{5000};
    /// Called once when a lock of another program keeps us waiting for more than half a second.
    std::function<void()> on_wait;
    /// The SQLite VFS to open with; empty: the default one. Tests name one that fails on request.
    std::string vfs{};
  };

  /// Opens and migrates. Throws StoreError.
  Database(std::filesystem::path path, const Clock& clock, Options options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A statement prepared once and cached by the address of its text, with `values` bound in order.
  /// The handle gives it back, reset, when it goes; one handle of one statement at a time.
  template <typename... Values>
  Statement prepare(const char* sql, const Values&... values) {
    Statement statement = take(sql);
    (statement.bind(values), ...);
    return statement;
  }

  /// Runs several statements that return nothing. For migrations and pragmas.
  void execute(std::string_view sql);

  /// PRAGMA data_version: changes when another connection has committed.
  [[nodiscard]] std::int64_t data_version();

  /// `listener` is called after each outermost commit of this connection. One listener; empty:
  /// none.
  void set_commit_listener(std::function<void()> listener) {
    commit_listener_ = std::move(listener);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  friend class Transaction;

  Statement take(const char* sql);
  void configure();

  std::filesystem::path path_;
  Options options_;
  std::unique_ptr<SQLite::Database> connection_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
  std::function<void()> commit_listener_;
  int transaction_depth_ = 0;
  bool transaction_doomed_ = false;
};

}  // namespace tender
