#include "zooid-sim/directory_watch.hpp"

#include <array>
#include <utility>

#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace zooid_sim {
namespace {

constexpr std::uint32_t kMask =
    IN_CREATE | IN_MODIFY | IN_CLOSE_WRITE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ONLYDIR;

}  // namespace

DirectoryWatch::DirectoryWatch(std::filesystem::path directory)
    : directory_(std::move(directory)), queue_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {}

DirectoryWatch::~DirectoryWatch() {
  if (queue_ >= 0) {
    close(queue_);
  }
}

// Whether the path still leads to the directory that is watched; if not, watches the new one.
bool DirectoryWatch::same_directory() {
  struct stat status {};
  if (::stat(directory_.c_str(), &status) != 0) {
    inode_ = 0;
    return false;
  }
  const std::uint64_t device = std::exchange(device_, status.st_dev);
  const std::uint64_t inode = std::exchange(inode_, status.st_ino);
  if (watch_ >= 0 && device == device_ && inode == inode_) {
    return true;
  }
  if (watch_ >= 0) {
    inotify_rm_watch(queue_, watch_);
  }
  watch_ = inotify_add_watch(queue_, directory_.c_str(), kMask);
  return false;
}

DirectoryWatch::Changes DirectoryWatch::poll() {
  Changes changes;
  changes.everything = !same_directory();
  alignas(inotify_event) std::array<char, 16384> buffer;
  for (ssize_t size = 0; (size = read(queue_, buffer.data(), buffer.size())) > 0;) {
    for (ssize_t at = 0; at < size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer.data() + at);
      at += static_cast<ssize_t>(sizeof(inotify_event)) + event->len;
      if (event->len > 0) {
        changes.names.insert(event->name);
      }
      const bool unwatched = event->wd == watch_ && (event->mask & IN_IGNORED) != 0;
      if (unwatched) {
        inode_ = 0;  // removed or unmounted; a new directory may get the same inode
      }
      changes.everything = changes.everything || unwatched || (event->mask & IN_Q_OVERFLOW) != 0;
    }
  }
  return changes;
}

}  // namespace zooid_sim
