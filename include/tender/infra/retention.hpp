// Keeps the activity log from growing for ever: at the start and each hour it prunes what is older
// than ACTIVITY_RETENTION, and removes the rows of relays that were deleted that long ago. Run
// beside Infra by the holder of the DatabaseLock, on the one thread.
#pragma once

#include "tender/base/log.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/config/env.hpp"
#include "tender/outbox/router.hpp"
#include "tender/store/activity_pruner.hpp"

namespace tender::infra {

class Retention {
 public:
  /// Takes what it needs of `env`; borrows the rest.
  Retention(const config::StoreEnv& env, store::Database& database, Clock& clock, Logger& logger);

  /// Prunes until stop(), a portion at a time with a pause between them. Logs once how many rows
  /// were pruned. A fault of database or archive is logged and the rest left for the next hour.
  /// Returns at once when everything is to be kept.
  boost::asio::awaitable<void> run();
  void stop();

 private:
  boost::asio::awaitable<void> prune();
  [[nodiscard]] bool prune_portion(TimePoint cutoff);

  Milliseconds keep_;  // zero: everything
  store::Database& database_;
  Clock& clock_;
  Logger& logger_;
  outbox::Router router_;
  store::ActivityPruner pruner_;
  Wakeup wakeup_;
  std::int64_t pruned_ = 0;  // since the hour began
  bool stopping_ = false;
};

}  // namespace tender::infra
