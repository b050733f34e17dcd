// The activity log as a channel, whoever writes it: tail and commit watch, started and stopped
// together. `run`, `reconcile` and `activity --follow` listen to it.
#pragma once

#include "tender/base/log.hpp"
#include "tender/store/activity_channel.hpp"
#include "tender/store/activity_tail.hpp"
#include "tender/store/commit_watch.hpp"

namespace tender::cli {

class LogFeed {
 public:
  /// Starts after the newest row of the log. Borrows all of it.
  LogFeed(const boost::asio::any_io_executor& executor, Database& database, Clock& clock,
          Logger& logger);

  [[nodiscard]] ActivityChannel& channel() { return channel_; }

  /// Feeds the channel until stop().
  boost::asio::awaitable<void> run();
  void stop();

 private:
  ActivityChannel channel_;
  ActivityTail tail_;
  CommitWatch watch_;
};

}  // namespace tender::cli
