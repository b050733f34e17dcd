// The activity log as a channel, whoever writes it: tail and commit watch, started and stopped
// together. The sidecar feeds its channel by one of these, and `tender activity --follow` listens
// to one. On the one thread.
#pragma once

#include "tender/base/log.hpp"
#include "tender/store/activity_channel.hpp"
#include "tender/store/activity_tail.hpp"
#include "tender/store/commit_watch.hpp"

namespace tender {

class ActivityFeed {
 public:
  /// Starts after the newest row of the log. Borrows all of it.
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

}  // namespace tender
