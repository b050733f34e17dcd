// Notices by inotify which files of zooid's config directory somebody has written, so that tender
// need not wait for the next sweep. zooid writes them, too, after each request of tender's own.
// Where inotify is not available it says so, and the sweep remains.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/directory_watch.hpp"
#include "tender/model/relay.hpp"

namespace tender::zooid {

class ConfigWatch {
 public:
  /// Watches the files in `directory`.
  ConfigWatch(const boost::asio::any_io_executor& executor, const std::filesystem::path& directory);

  /// Why watching is not possible; nothing when it works.
  [[nodiscard]] const std::optional<std::string>& fault() const { return watch_.fault(); }

  /// Calls `on_change` for each file that was written, replaced or deleted, until stop(). Changes
  /// that the kernel has dropped, because they were too many, are not told. The watch must outlive
  /// it.
  boost::asio::awaitable<void> run(std::function<void(const RelayId&)> on_change);

  void stop() { watch_.stop(); }

 private:
  DirectoryWatch watch_;
};

}  // namespace tender::zooid
