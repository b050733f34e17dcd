// Notices commits of other processes by inotify on the database's directory, so that the activity
// tail need not poll quickly. Where inotify is not available it says so, and the tail's slow poll
// remains.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/directory_watch.hpp"

namespace tender::store {

class CommitWatch {
 public:
  /// Watches the files of the database at `database`.
  CommitWatch(const boost::asio::any_io_executor& executor, const std::filesystem::path& database);

  /// Why watching is not possible; nothing when it works.
  [[nodiscard]] const std::optional<std::string>& fault() const { return watch_.fault(); }

  /// Calls `on_change` after each batch of writes to the files, until stop(). The watch must
  /// outlive it.
  boost::asio::awaitable<void> run(std::function<void()> on_change);

  void stop() { watch_.stop(); }

 private:
  DirectoryWatch watch_;
  std::string file_name_;
};

}  // namespace tender::store
