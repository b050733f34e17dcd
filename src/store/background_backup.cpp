#include "tender/store/background_backup.hpp"

#include <utility>

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>

namespace tender::store {
namespace {

constexpr int kBackupNice = 10;  // where there is one core only, the loop goes first

}  // namespace

BackgroundBackup::BackgroundBackup(boost::asio::any_io_executor executor, Clock& clock)
    : executor_(std::move(executor)), clock_(clock), ended_(clock) {}

BackgroundBackup::~BackgroundBackup() {
  stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

boost::asio::awaitable<BackgroundBackup::Result> BackgroundBackup::run(
    std::filesystem::path source, std::filesystem::path directory, int keep) {
  has_ended_ = false;
  const TimePoint now = clock_.now();
  thread_ = std::thread([this, source = std::move(source), directory = std::move(directory), keep,
                         now] { make(source, directory, keep, now); });
  while (!has_ended_) {
    co_await ended_.wait_until(TimePoint::max());
  }
  thread_.join();
  co_return std::exchange(result_, {});
}

// On the thread.
void BackgroundBackup::make(const std::filesystem::path& source,
                            const std::filesystem::path& directory, int keep, TimePoint now) {
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kBackupNice));
  Result result;
  try {
    result.made = back_up_in_series(source, directory, keep, now, &stop_);
  } catch (const StoreError& error) {
    if (!stop_) {
      result.error = error;
    }
  } catch (const std::filesystem::filesystem_error& error) {  // the directory, while it is read
    result.error = StoreError(StoreFault::other, error.what(),
                              "see that the directory is there and this user may read it");
  }
  boost::asio::post(executor_, [this, result = std::move(result)]() mutable {
    result_ = std::move(result);
    has_ended_ = true;
    ended_.notify();
  });
}

}  // namespace tender::store
