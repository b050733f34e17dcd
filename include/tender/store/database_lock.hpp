// One dispatcher per database: whoever holds the exclusive lock on `<database>.lock` may claim
// jobs. The kernel drops the lock when the process ends, however it ends. The file's age is the
// holder's heartbeat. A symlink to a database shares the lock of what it points at.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "tender/base/clock.hpp"

namespace tender::store {

class DatabaseLock {
 public:
  /// The lock, or nothing while another process (or another holder here) has it. Never waits.
  /// Throws StoreError when the lock file cannot be created or written, or when its file system has
  /// no locks.
  [[nodiscard]] static std::optional<DatabaseLock> try_acquire(
      const std::filesystem::path& database);

  struct Holder {
    std::optional<int> pid;  // as the holder wrote it
    TimePoint heartbeat{};   // of the last beat()
  };
  /// Who has the lock at this moment; nothing when nobody does.
  [[nodiscard]] static std::optional<Holder> holder(const std::filesystem::path& database);

  DatabaseLock(DatabaseLock&& other) noexcept;
  DatabaseLock& operator=(DatabaseLock&& other) noexcept;
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;
  ~DatabaseLock();

  /// Shows that the holder is alive and working.
  void beat();

  /// Whether the path no longer names the locked file: it was removed or replaced, and another
  /// process can hold a lock on what is there now.
  [[nodiscard]] bool is_lost() const;

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  DatabaseLock(int file, std::string path) : file_(file), path_(std::move(path)) {}
  int file_;
  std::string path_;
};

}  // namespace tender::store
