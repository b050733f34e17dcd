// Notices by inotify which files of zooid's config directory somebody has written, so that tender
// need not wait for the next sweep. zooid writes them, too, after each request of tender's own.
// Where inotify is not available it says so, and the sweep remains.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/model/relay.hpp"

namespace tender::zooid {

class ConfigWatch {
 public:
  /// Watches the files in `directory`.
  ConfigWatch(const boost::asio::any_io_executor& executor, const std::filesystem::path& directory);
  ~ConfigWatch();

  /// Why watching is not possible; nothing when it works.
  [[nodiscard]] const std::optional<std::string>& fault() const { return fault_; }

  /// Calls `on_change` for each file that was written, replaced or deleted, until stop(). Changes
  /// that the kernel has dropped, because they were too many, are not told. The watch must outlive
  /// it.
  boost::asio::awaitable<void> run(std::function<void(const RelayId&)> on_change);

  void stop();

 private:
  struct Stream;  // keeps asio's descriptor type out of this header
  std::unique_ptr<Stream> stream_;
  std::optional<std::string> fault_;
};

}  // namespace tender::zooid
