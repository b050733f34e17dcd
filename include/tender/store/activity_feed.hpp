// Turns the activity log into a channel, whoever writes it: tail and commit watch, started and
// stopped together. The sidecar and `tender activity --follow` have one each. Runs on the
// io_context's one thread.
#pragma once

#include "tender/base/log.hpp"
#include "tender/store/activity_channel.hpp"
#include "tender/store/activity_tail.hpp"
#include "tender/store/commit_watch.hpp"

namespace tender::store {

class ActivityFeed {
 public:
  /// Starts after the newest activity. Borrows all arguments.
  ActivityFeed(const boost::asio::any_io_executor& executor, Database& database, Clock& clock,
               Logger& logger);

  [[nodiscard]] ActivityChannel& channel() { return channel_; }

  /// Feeds the channel until stop(), then closes it. The feed must outlive it.
  boost::asio::awaitable<void> run();
  void stop();

 private:
  ActivityChannel channel_;
  ActivityTail tail_;
  CommitWatch watch_;
};

}  // namespace tender::store
