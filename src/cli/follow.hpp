// Follows what is written to the database, whoever writes it, until SIGINT or SIGTERM or until
// nobody reads the output any more: `tender activity --follow` and `tender relay watch`.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/store/activity_cursor.hpp"
#include "tender/store/activity_feed.hpp"
#include "tender/store/database.hpp"

#include "command.hpp"

namespace tender::cli {

class Follow {
 public:
  struct Listener {
    /// For each activity, in order.
    std::function<void(const Activity& activity)> activity;
    /// Once a second at most, when something was committed, and now and then besides. What it takes
    /// is a tenth of the time at most. Null: nobody asks.
    std::function<void()> commit{};
  };

  /// Begins after the activity `after_seq`. Borrows invocation and database.
  Follow(const Invocation& invocation, store::Database& database, std::int64_t after_seq,
         Listener listener);

  /// Blocks until the end. Throws StoreError.
  void to_end();

 private:
  boost::asio::awaitable<void> follow();
  boost::asio::awaitable<void> tell_activities();
  boost::asio::awaitable<void> look_around();
  boost::asio::awaitable<void> heed_signals();
  void stop_when_nobody_reads();
  void stop();

  const Invocation& invocation_;
  store::Database& database_;
  Listener listener_;
  std::shared_ptr<Logger> logger_;
  boost::asio::io_context io_{1};
  SystemClock clock_;
  store::ActivityFeed feed_;
  store::ActivityChannel::Receiver receiver_;
  store::ActivityCursor cursor_;
  boost::asio::signal_set signals_;
  Wakeup alarm_;
  bool stopped_ = false;
};

}  // namespace tender::cli
