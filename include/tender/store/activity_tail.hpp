// Notices new rows of the activity log, whoever wrote them, and sends their seq to the channel, in
// order. A commit of this process wakes it at once. A commit of another process wakes it through
// CommitWatch, with a slow poll as the safety net. Runs on the io_context's one thread.
#pragma once

#include <cstdint>

#include "tender/base/wakeup.hpp"
#include "tender/model/activity.hpp"
#include "tender/store/activity_channel.hpp"

namespace tender::store {

class Database;

class ActivityTail {
 public:
  /// Starts after the newest row. Becomes the database's commit listener until it is destroyed.
  ActivityTail(Database& database, Clock& clock, ActivityChannel& channel);
  ~ActivityTail();
  ActivityTail(const ActivityTail&) = delete;
  ActivityTail& operator=(const ActivityTail&) = delete;

  /// Feeds the channel until stop(), then closes it. If the database cannot be read for the moment,
  /// the next poll tries again. The tail must outlive it.
  boost::asio::awaitable<void> run();

  /// Another program may have committed just now, or may be about to: looks now and again for a
  /// while, because the file changes before the commit becomes visible.
  void look_closely();

  void stop();

 private:
  void drain();
  [[nodiscard]] bool changed_elsewhere();

  Database& database_;
  Clock& clock_;
  ActivityChannel& channel_;
  Wakeup wakeup_;
  std::int64_t last_seq_;
  std::int64_t seen_version_;
  Milliseconds next_look_;
  bool committed_here_ = true;
  bool stopping_ = false;
};

}  // namespace tender::store
