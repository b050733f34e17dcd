#include "tender/store/database_lock.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <string>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrordesc_np is glibc's
#include <sys/stat.h>
#include <unistd.h>

#include "tender/store/store_error.hpp"

namespace tender::store {
namespace {

// Of the file itself, so that a symlink to a database shares its lock.
std::string lock_path(const std::filesystem::path& database) {
  std::error_code error;
  const auto canonical = std::filesystem::weakly_canonical(database, error);
  return (error ? database : canonical).string() + ".lock";
}

// The whole file, exclusively. Open-file-description locks can be queried without being taken, so
// that `tender status` never blocks a sidecar that starts.
struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

// The remedy depends on who owns the file that we may not open.
[[noreturn]] void throw_cannot_open(const std::string& path, int error) {
  std::string remedy = "make the database's directory writable for the user that tender runs as";
  struct stat status {};
  if (error == EACCES && stat(path.c_str(), &status) == 0 && status.st_uid != geteuid()) {
    remedy = fmt::format(
        "it belongs to user {} and tender runs as user {}: always run tender as the same user; "
        "while no sidecar runs, remove the file or give it to that user (chown)",
        status.st_uid, geteuid());
  }
  throw StoreError(StoreFault::readonly,
                   fmt::format("lock file {}: {}", path, strerrordesc_np(error)), remedy);
}

}  // namespace

std::optional<DatabaseLock> DatabaseLock::try_acquire(const std::filesystem::path& database) {
  const std::string path = lock_path(database);
  for (;;) {
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) {
      throw_cannot_open(path, errno);
    }
    DatabaseLock lock(file, path);
    struct flock range = whole_file();
    if (fcntl(file, F_OFD_SETLK, &range) != 0) {
      if (errno == EAGAIN || errno == EACCES) {
        return std::nullopt;
      }
      throw StoreError(StoreFault::io,
                       fmt::format("lock file {}: {}", path, strerrordesc_np(errno)),
                       "keep the database on a disk of this machine: network file systems often do "
                       "not support locks");
    }
    if (lock.is_lost()) {
      continue;  // removed between open and lock: another process may have locked a new one
    }
    // For people and for holder(); the lock itself does not depend on it.
    const std::string pid = fmt::format("{}\n", getpid());
    if (ftruncate(file, 0) == 0) {
      static_cast<void>(!pwrite(file, pid.data(), pid.size(), 0));
    }
    return lock;
  }
}

std::optional<DatabaseLock::Holder> DatabaseLock::holder(const std::filesystem::path& database) {
  std::string path = lock_path(database);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return std::nullopt;
  }
  const DatabaseLock closes_the_file(file, std::move(path));
  struct flock range = whole_file();
  if (fcntl(file, F_OFD_GETLK, &range) != 0 || range.l_type == F_UNLCK) {
    return std::nullopt;
  }
  Holder holder;
  std::array<char, 16> text{};
  const ssize_t size = pread(file, text.data(), text.size(), 0);
  int pid = 0;
  if (size > 0 && std::from_chars(text.data(), text.data() + size, pid).ec == std::errc()) {
    holder.pid = pid;
  }
  struct stat status {};
  if (fstat(file, &status) == 0) {
    holder.heartbeat = TimePoint(std::chrono::seconds(status.st_mtim.tv_sec) +
                                 Milliseconds(status.st_mtim.tv_nsec / 1'000'000));
  }
  return holder;
}

DatabaseLock::DatabaseLock(DatabaseLock&& other) noexcept
    : file_(std::exchange(other.file_, -1)), path_(std::move(other.path_)) {}

DatabaseLock& DatabaseLock::operator=(DatabaseLock&& other) noexcept {
  std::swap(file_, other.file_);
  std::swap(path_, other.path_);
  return *this;
}

DatabaseLock::~DatabaseLock() {
  if (file_ >= 0) {
    close(file_);
  }
}

void DatabaseLock::beat() {
  futimens(file_, nullptr);
}

bool DatabaseLock::is_lost() const {
  struct stat held {};
  struct stat named {};
  if (fstat(file_, &held) != 0) {
    return false;  // cannot tell
  }
  if (stat(path_.c_str(), &named) != 0) {
    return errno == ENOENT || errno == ENOTDIR;
  }
  return held.st_dev != named.st_dev || held.st_ino != named.st_ino;
}

}  // namespace tender::store
