// One connection to tender's SQLite database: opened with the pragmas that the rest relies on,
// migrated, its statements prepared once. Used by the store's own classes and by the outbox tables;
// on one thread. Calls block for as long as SQLite does, at most 5 s when another program holds the
// lock. An empty file counts as new (`touch` may have created it). A file that is damaged or is not
// a database is refused, never recreated.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/store/database_meters.hpp"
#include "tender/store/statement.hpp"
#include "tender/store/write_turns.hpp"

namespace SQLite {
class Database;
class Statement;
}  // namespace SQLite

namespace tender::store {

enum class OpenMode : std::uint8_t {
  create,  // make file (0600) and directory (0700) when absent, and tender's tables in an empty one
  existing,  // StoreError (missing) when absent or without tender's tables
};

class Database {
 public:
  struct Options {
    OpenMode mode = OpenMode::create;
    /// How long a lock of another program is waited for before StoreError (busy).
    Milliseconds busy_timeout{5000};
    /// After how long on_wait is called.
    Milliseconds busy_notice{500};
    /// Called once for each lock of another program that keeps us waiting.
    std::function<void()> on_wait;
    /// The SQLite VFS to open with; empty: the default one. Tests name one that fails on request.
    std::string vfs{};
  };

  /// Opens and migrates. A database of another program is refused and not changed. Throws
  /// StoreError.
  Database(std::filesystem::path path, const Clock& clock, Options options);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// A statement prepared once and cached by the address of its text, which must stay where it is
  /// (a literal, or a static string), with `values` bound in order. The handle resets it and gives
  /// it back when it is destroyed; a statement has one handle at a time.
  template <typename... Values>
  Statement prepare(const char* sql, const Values&... values) {
    Statement statement = take(sql);
    (statement.bind(values), ...);
    return statement;
  }

  /// Measures waits, errors and transactions from now on.
  void measure(const Metrics& metrics) { meters_ = DatabaseMeters(metrics); }

  /// The longest that a transaction of this connection held the write lock in the last 5 to 10
  /// minutes.
  [[nodiscard]] Milliseconds longest_lock() { return longest_lock_.at(clock_.steady()); }

  /// Of this connection's transactions.
  [[nodiscard]] const WriteTurns& write_turns() const { return write_turns_; }

  /// Runs several statements that return nothing. For migrations and pragmas.
  void execute(std::string_view sql);

  /// Opens the file again with the same options, after a fault: an I/O error can leave a connection
  /// unusable, and a volume may have been mounted again. Statements are prepared again; the commit
  /// listener stays and is called, because commits of others may have been missed. Creates nothing.
  /// Not to be called in a transaction or while a Statement is held. Throws StoreError (missing,
  /// also when the file is empty, and everything that opening throws); the old connection stays
  /// then.
  void reopen();

  /// Moves the write-ahead log into the database file and empties it. False: readers or a writer
  /// prevented it, and part of it may be done; try later. Only the holder of DatabaseLock may call
  /// it. Does not wait for locks. Throws StoreError.
  [[nodiscard]] bool checkpoint();

  /// Whether the file at path() is no longer the one that was opened: it was moved, removed or
  /// replaced.
  [[nodiscard]] bool has_moved() const;

  /// PRAGMA data_version: changes when another connection has committed.
  [[nodiscard]] std::int64_t data_version();

  /// The text of every statement prepared so far: tests look at how SQLite carries them out.
  [[nodiscard]] std::vector<std::string> prepared() const;

  /// `listener` is called after each outermost commit of this connection. One listener; empty:
  /// none.
  void set_commit_listener(std::function<void()> listener) {
    commit_listener_ = std::move(listener);
  }

  /// While it lives, locks of other programs are waited for no longer than that.
  class ShortWait {
   public:
    ShortWait(Database& database, Milliseconds longest)
        : database_(database),
          before_(std::exchange(database.options_.busy_timeout,
                                std::min(longest, database.options_.busy_timeout))) {}
    ~ShortWait() { database_.options_.busy_timeout = before_; }
    ShortWait(const ShortWait&) = delete;
    ShortWait& operator=(const ShortWait&) = delete;

   private:
    Database& database_;
    Milliseconds before_;
  };

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  friend class Transaction;

  // What SQLite's busy handler needs.
  struct Waiting {
    const Options& options;
    const DatabaseMeters& meters;
  };
  static int wait_while_busy(void* waiting, int times);
  [[nodiscard]] std::string switch_to_wal(SQLite::Database& connection);
  void use_write_ahead_log(SQLite::Database& connection);
  void transaction_ended();
  [[nodiscard]] bool is_in_transaction() const;  // as SQLite sees it

  Statement take(const char* sql);
  [[nodiscard]] std::unique_ptr<SQLite::Database> open_connection(OpenMode mode);

  std::filesystem::path path_;
  Options options_;
  const Clock& clock_;
  DatabaseMeters meters_;
  RecentLongest longest_lock_;
  Waiting waiting_{options_, meters_};
  std::unique_ptr<SQLite::Database> connection_;
  std::unordered_map<const char*, std::unique_ptr<SQLite::Statement>> statements_;
  std::function<void()> commit_listener_;
  int transaction_depth_ = 0;
  bool transaction_doomed_ = false;
  WriteTurns write_turns_;
};

/// Options whose on_wait writes a log line to `logger`, which is borrowed.
[[nodiscard]] Database::Options open_options(OpenMode mode, Logger& logger);

}  // namespace tender::store
