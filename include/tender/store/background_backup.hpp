// Makes backups in a directory while the loop works: on a thread and a connection of its own, which
// share nothing with the loop but the order to stop. For backups that are scheduled.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/wakeup.hpp"
#include "tender/store/backup_series.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {

class BackgroundBackup {
 public:
  /// Borrows the clock. Nothing happens before run().
  BackgroundBackup(boost::asio::any_io_executor executor, Clock& clock);

  /// Stops, and waits for the thread: some milliseconds.
  ~BackgroundBackup();
  BackgroundBackup(const BackgroundBackup&) = delete;
  BackgroundBackup& operator=(const BackgroundBackup&) = delete;

  struct Result {
    std::optional<SeriesBackup> made{};
    std::optional<StoreError> error{};  // why none was made; neither: it was stopped
  };
  /// As back_up_in_series(), one at a time. Returns soon after stop().
  boost::asio::awaitable<Result> run(std::filesystem::path source, std::filesystem::path directory,
                                     int keep);

  /// For good.
  void stop() { stop_ = true; }

 private:
  void make(const std::filesystem::path& source, const std::filesystem::path& directory, int keep,
            TimePoint now);

  boost::asio::any_io_executor executor_;
  Clock& clock_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  Wakeup ended_;
  bool has_ended_ = false;
  Result result_;
};

}  // namespace tender::store
