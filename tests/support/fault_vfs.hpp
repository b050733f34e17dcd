// A disk that fails on request, for SQLite: a VFS that passes everything to the default one, except
// for the faults that a test asks for and, after a power cut, for what was never synced. Name it in
// Database::Options::vfs; all connections on it must be closed before it goes. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <sqlite3.h>

namespace tender::test {

struct FaultVfsCalls;  // the functions that SQLite calls

enum class DiskOperation : std::uint8_t {
  open,  // any file
  read,
  write,  // and truncate
  sync,
  lock,  // for writing: what another program's transaction would hold
};

class FaultVfs {
 public:
  /// Registers itself under a name of its own.
  FaultVfs();
  ~FaultVfs();
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  /// From now on each `operation` fails with `code` (SQLITE_FULL, SQLITE_IOERR_WRITE, …), until
  /// heal().
  void fail(DiskOperation operation, int code) { fail_nth(operation, 1, code, kForever); }

  /// The nth `operation` from now on (1: the next one) fails, and `times - 1` after it.
  void fail_nth(DiskOperation operation, std::uint64_t nth, int code, std::uint64_t times = 1);

  /// Ends all faults; not a power cut.
  void heal();

  /// How often that was asked for, failures included.
  [[nodiscard]] std::uint64_t count(DiskOperation operation) const;
  /// How many operations were made to fail.
  [[nodiscard]] std::uint64_t failed() const { return failed_; }

  /// The power fails: nothing is written any more, every attempt gives SQLITE_IOERR. Close all
  /// connections, then restore_power().
  void cut_power() { powerless_ = true; }

  /// The machine is back: each file holds what it held when it was last synced. No connection may
  /// be open.
  void restore_power();

  [[nodiscard]] int open_files() const { return open_files_; }

 private:
  friend struct FaultVfsCalls;
  static constexpr std::uint64_t kForever = UINT64_MAX;
  static constexpr std::size_t kOperations = 5;

  struct Fault {
    std::uint64_t skip = 0;
    std::uint64_t times = 0;
    int code = SQLITE_OK;
  };
  struct Unsynced;

  [[nodiscard]] int refuse(DiskOperation operation);

  std::string name_;
  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::array<std::uint64_t, kOperations> counts_{};
  std::array<Fault, kOperations> faults_{};
  std::map<std::string, Unsynced> files_;  // by path, those that were written to
  std::uint64_t failed_ = 0;
  int open_files_ = 0;
  bool powerless_ = false;
};

}  // namespace tender::test
