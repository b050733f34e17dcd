// Events of the files in one directory, by inotify. Used by CommitWatch and zooid's ConfigWatch,
// which know what the names mean. On the one thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tender {

class DirectoryWatch {
 public:
  struct Batch {
    std::vector<std::string> names;  // of files, one for each event
    bool dropped = false;            // the kernel has dropped events, because they were too many
  };

  /// `events`: those of <sys/inotify.h>, such as IN_MODIFY.
  DirectoryWatch(const boost::asio::any_io_executor& executor,
                 const std::filesystem::path& directory, std::uint32_t events);
  ~DirectoryWatch();

  /// Why watching is not possible; nothing when it works.
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

  /// Calls `on_events` for each batch, until stop(). The watch must outlive it.
  boost::asio::awaitable<void> run(std::function<void(const Batch&)> on_events);

  void stop();

 private:
  struct Stream;  // keeps asio's descriptor type out of this header
  std::unique_ptr<Stream> stream_;
  std::optional<std::string> fault_;
};

}  // namespace tender
