#include "tender/store/commit_watch.hpp"

#include <algorithm>
#include <utility>

#include <sys/inotify.h>

namespace tender::store {

namespace asio = boost::asio;

namespace {

// SQLite keeps the write-ahead log beside the file itself, not beside a symlink to it.
std::filesystem::path file_itself(const std::filesystem::path& database) {
  std::error_code error;
  auto canonical = std::filesystem::weakly_canonical(database, error);
  return error ? database : canonical;
}

std::filesystem::path directory_of(const std::filesystem::path& file) {
  const std::filesystem::path parent = file.parent_path();
  return parent.empty() ? "." : parent;
}

}  // namespace

CommitWatch::CommitWatch(const asio::any_io_executor& executor,
                         const std::filesystem::path& database)
    : watch_(executor, directory_of(file_itself(database)), IN_MODIFY | IN_CREATE),
      file_name_(file_itself(database).filename().string()) {}

asio::awaitable<void> CommitWatch::run(std::function<void()> on_change) {
  std::function<void(const DirectoryWatch::Batch&)> on_events =
      [this, on_change = std::move(on_change)](const DirectoryWatch::Batch& batch) {
        // The database's own files: FILE, FILE-wal, …
        const bool its_own = std::ranges::any_of(
            batch.names, [&](const std::string& name) { return name.starts_with(file_name_); });
        if (batch.dropped || its_own) {
          on_change();
        }
      };
  return watch_.run(std::move(on_events));
}

}  // namespace tender::store
