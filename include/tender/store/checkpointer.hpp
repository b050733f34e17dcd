// Moves the write-ahead log into the database file from time to time, so that the write-ahead log
// stays small. Only the holder of DatabaseLock does this, never a commit or a close: SQLite before
// 3.51.3 can damage the write-ahead log when one connection resets it while another checkpoints.
// Sidecar runs it; commands that work without a sidecar use checkpoint_unattended(). On the one
// thread.
#pragma once

#include <cstdint>

#include "tender/base/log.hpp"
#include "tender/base/wakeup.hpp"

namespace tender::store {

class Database;

class Checkpointer {
 public:
  /// Borrows all arguments.
  Checkpointer(Database& database, Clock& clock, Logger& logger);

  /// Every 5 s looks at the size of the write-ahead log. Checkpoints when it is above 4 MiB, or
  /// when it is not empty and the last checkpoint was a minute ago; once more at the end, when
  /// stop() was called. A busy reader is not an error: it tries again later. A fault is logged
  /// once. Must be awaited before the lock is released.
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

/// The size of the database's write-ahead log in bytes; 0 when there is none.
[[nodiscard]] std::uintmax_t wal_size(const Database& database);

/// For the end of a command: when the write-ahead log is above `limit` bytes and nobody holds the
/// database's lock, takes the lock for the time of a checkpoint. A sidecar that starts at that
/// moment waits half a second. Ignores faults: whoever they stop reports them.
void checkpoint_unattended(Database& database, std::uintmax_t limit = std::uintmax_t{16} << 20);

}  // namespace tender::store
