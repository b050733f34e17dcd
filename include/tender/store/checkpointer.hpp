// Moves the write-ahead log into the database file now and then, so that it stays small. Only the
// holder of DatabaseLock does it, never a commit or a close: SQLite before 3.51.3 can damage a log
// that one connection resets while another checkpoints. Sidecar runs it; commands that work without
// a sidecar use checkpoint_unattended(). On the one thread.
#pragma once

#include <cstdint>

#include "tender/base/log.hpp"
#include "tender/base/wakeup.hpp"

namespace tender {

class Database;

class Checkpointer {
 public:
  /// Borrows all of it.
  Checkpointer(Database& database, Clock& clock, Logger& logger);

  /// Every 5 s looks at the log's size, and checkpoints when it has passed 4 MiB, or a minute after
  /// the last time when it holds anything at all; once more at the end, when stop() was called. A
  /// busy reader is no error: later. A fault is logged once. Must be awaited before the lock goes.
  boost::asio::awaitable<void> run();
  void stop();

 private:
  [[nodiscard]] bool wanted() const;
  void checkpoint();

  Database& database_;
  Clock& clock_;
  Logger& logger_;
  Wakeup wakeup_;
  TimePoint last_;
  bool failing_ = false;
  bool stopping_ = false;
};

/// The bytes of the database's write-ahead log; 0 when there is none.
[[nodiscard]] std::uintmax_t wal_size(const Database& database);

/// For the end of a command: when the log has passed `limit` bytes and nobody holds the database's
/// lock, takes it for the moment that a checkpoint needs. A sidecar that starts just then waits
/// half a second. Faults are left for those whom they stop.
void checkpoint_unattended(Database& database, std::uintmax_t limit = std::uintmax_t{16} << 20);

}  // namespace tender
