#include "tender/store/backup.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrordesc_np is glibc's
#include <unistd.h>

#include "tender/store/integrity.hpp"
#include "tender/store/store_error.hpp"

#include "connection.hpp"

namespace tender::store {
namespace {

namespace fs = std::filesystem;

constexpr int kSnapshotBusyTimeoutMs = 5000;
constexpr int kStep = 1024;  // pages, between two looks whether to stop

[[noreturn]] void throw_backup_error(const fs::path& target, std::string_view step, int error) {
  throw StoreError(
      error == ENOSPC ? StoreFault::full : StoreFault::io,
      fmt::format("backup {}: cannot {}: {}", target.string(), step, strerrordesc_np(error)),
      "name a file in a directory that exists, that the user can write to and that has room for a "
      "copy of the database");
}

// The file that the copy is made in. Removed together with everything that SQLite puts beside it,
// unless it was renamed.
class PartialFile {
 public:
  explicit PartialFile(const fs::path& target)
      : target_(target), name_(target.string() + ".XXXXXX") {
    const int file = mkostemp(name_.data(), O_CLOEXEC);  // mode 0600
    if (file < 0) {
      const int error = errno;
      name_.clear();
      throw_backup_error(target_, "make it", error);
    }
    close(file);
  }
  ~PartialFile() {
    if (!name_.empty()) {
      std::error_code ignored;
      for (const char* suffix : {"", "-journal", "-wal", "-shm"}) {
        fs::remove(name_ + suffix, ignored);
      }
    }
  }
  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  void sync_and_rename() {
    sync(name_);
    if (rename(name_.c_str(), target_.c_str()) != 0) {
      throw_backup_error(target_, "put it in place", errno);
    }
    name_.clear();
    sync(target_.has_parent_path() ? target_.parent_path().string() : ".");
  }

 private:
  void sync(const std::string& path) const {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    const bool synced = file >= 0 && fsync(file) == 0;
    const int error = errno;
    if (file >= 0) {
      close(file);
    }
    if (!synced) {
      throw_backup_error(target_, "make it durable", error);
    }
  }

  fs::path target_;
  std::string name_;
};

bool is_set(const std::atomic<bool>* stop) {
  return stop != nullptr && *stop;
}

[[noreturn]] void throw_stopped(const fs::path& source) {
  throw StoreError(StoreFault::other,
                   fmt::format("the backup of {} was broken off", source.string()),
                   "nothing: it is made at the next start");
}

void copy_pages(const fs::path& source, const std::string& into, const std::atomic<bool>* stop) {
  const auto from = connect(source, "");
  from->setBusyTimeout(kSnapshotBusyTimeoutMs);
  // A read transaction pins the snapshot. Otherwise a write between two steps would make the copy
  // start again.
  from->exec("BEGIN; SELECT count(*) FROM sqlite_schema");
  const auto to = connect(into, "");
  to->exec("PRAGMA journal_mode = MEMORY");
  SQLite::Backup backup(*to, *from);
  int result = SQLite::OK;
  while (result == SQLite::OK && !is_set(stop)) {
    result = backup.executeStep(kStep);
  }
  if (is_set(stop)) {
    throw_stopped(source);
  }
  to->exec("PRAGMA journal_mode = DELETE");  // what was copied says WAL
}

void copy(const fs::path& source, const fs::path& target, const std::string& into,
          const std::atomic<bool>* stop) {
  try {
    copy_pages(source, into, stop);
  } catch (const SQLite::Exception& cause) {
    const auto names = fmt::format("{} (backup to {})", source.string(), target.string());
    const StoreError error = StoreError::from(cause, names);
    if (error.fault() == StoreFault::full) {  // nothing is written to the database itself
      throw StoreError(StoreFault::full, error.what(),
                       "free some space on the disk that is to hold the backup");
    }
    throw error;
  }
}

// The copy is page by page: what is damaged in it is damaged in the original.
void check_copy(const fs::path& source, const std::string& copied, const std::atomic<bool>* stop) {
  try {
    if (check_integrity(copied, kAnySize, stop) == Integrity::stopped) {
      throw_stopped(source);
    }
  } catch (const StoreError& error) {
    if (error.fault() != StoreFault::corrupt) {
      throw;
    }
    throw StoreError::damaged(source.string(),
                              "no backup was made, because the copy does not pass quick_check");
  }
}

// Whether `target` is what SQLite and tender keep beside the database under its name: the
// write-ahead log, the lock, the archive.
bool belongs_to(const fs::path& source, const fs::path& target) {
  const fs::path database = fs::weakly_canonical(source);
  const fs::path file = fs::weakly_canonical(target);
  const std::string name = database.filename().string();
  return file.parent_path() == database.parent_path() &&
         std::ranges::any_of(std::array{"-wal", "-shm", "-journal", ".lock", ".activity-"},
                             [&](const char* suffix) {
                               return file.filename().string().starts_with(name + suffix);
                             });
}

void refuse_wrong_names(const fs::path& source, const fs::path& target, IfPresent if_present) {
  std::error_code ignored;
  if (!fs::exists(source, ignored) || fs::file_size(source, ignored) == 0) {
    throw StoreError(StoreFault::missing,
                     fmt::format("there is no database at {}", source.string()),
                     "check DATABASE_URL");
  }
  if (fs::equivalent(source, target, ignored)) {
    throw StoreError(StoreFault::other, fmt::format("{} is the database itself", target.string()),
                     "name another file for the backup");
  }
  if (belongs_to(source, target)) {
    throw StoreError(StoreFault::other,
                     fmt::format("{} is a part of the database", target.string()),
                     "name another file for the backup");
  }
  const auto there = fs::symlink_status(target, ignored);
  if (fs::exists(there) && !fs::is_regular_file(there)) {
    throw StoreError(StoreFault::other, fmt::format("{} is not a regular file", target.string()),
                     "name another file for the backup");
  }
  if (if_present == IfPresent::refuse && fs::exists(there)) {
    throw StoreError(StoreFault::other, fmt::format("{} already exists", target.string()),
                     "name another file, or use --force to replace it");
  }
}

}  // namespace

std::uintmax_t back_up(const fs::path& source, const fs::path& target, IfPresent if_present,
                       const std::atomic<bool>* stop) {
  refuse_wrong_names(source, target, if_present);
  PartialFile partial(target);
  copy(source, target, partial.name(), stop);
  check_copy(source, partial.name(), stop);
  const std::uintmax_t size = fs::file_size(partial.name());
  partial.sync_and_rename();
  return size;
}

}  // namespace tender::store
