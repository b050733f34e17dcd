#include "tender/store/activity_feed.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "tender/base/log_messages.hpp"
#include "tender/store/database.hpp"

namespace tender::store {
namespace {

constexpr std::size_t kChannelCapacity = 65'536;  // numbers: half a megabyte at most

}  // namespace

ActivityFeed::ActivityFeed(const boost::asio::any_io_executor& executor, Database& database,
                           Clock& clock, Logger& logger)
    : channel_(clock, kChannelCapacity),
      tail_(database, clock, channel_),
      watch_(executor, database.path()) {
  if (const auto& fault = watch_.fault()) {
    write_log(logger, logs::kCommitsNotWatched, "cause", *fault);
  }
}

boost::asio::awaitable<void> ActivityFeed::run() {
  using namespace boost::asio::experimental::awaitable_operators;
  std::function<void()> look = [this] { tail_.look_closely(); };
  co_await (tail_.run() && watch_.run(std::move(look)));
}

void ActivityFeed::stop() {
  tail_.stop();
  watch_.stop();
}

}  // namespace tender::store
