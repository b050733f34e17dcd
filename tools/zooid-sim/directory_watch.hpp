// Which files of a directory have changed since the last look, from inotify. The kernel queues an
// event before the call that caused it returns, so nothing done before a look is missed. Linux
// only; never blocks.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>

namespace zooid_sim {

class DirectoryWatch {
 public:
  struct Changes {
    bool everything = false;  // look at all files: what changed is not known
    std::set<std::string> names;
  };

  explicit DirectoryWatch(std::filesystem::path directory);
  ~DirectoryWatch();
  DirectoryWatch(const DirectoryWatch&) = delete;
  DirectoryWatch& operator=(const DirectoryWatch&) = delete;

  /// What changed since the last call; everything at the first call, after another directory took
  /// the path (a mount, a rename), while there is none, and when inotify is not available.
  [[nodiscard]] Changes poll();

 private:
  [[nodiscard]] bool same_directory();

  std::filesystem::path directory_;
  int queue_ = -1;
  int watch_ = -1;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
};

}  // namespace zooid_sim
