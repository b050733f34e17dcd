// Notices commits of other processes by inotify on the database's directory, so that the activity
// tail need not poll quickly. Where inotify is not available it says so, and the tail's slow poll
// remains.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tender::store {

class CommitWatch {
 public:
  /// Watches the files of the database at `database`.
  CommitWatch(const boost::asio::any_io_executor& executor, const std::filesystem::path& database);
  ~CommitWatch();

  /// Why watching is not possible; nothing when it works.
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

  /// Calls `on_change` after each batch of writes to the files, until stop(). The watch must
  /// outlive it.
  boost::asio::awaitable<void> run(std::function<void()> on_change);

  void stop();

 private:
  struct Stream;  // keeps asio's descriptor type out of this header
  std::unique_ptr<Stream> stream_;
  std::string file_name_;
  std::optional<std::string> fault_;
};

}  // namespace tender::store
