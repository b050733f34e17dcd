#include "tender/infra/retention.hpp"

#include "tender/base/log_messages.hpp"
#include "tender/config/duration.hpp"
#include "tender/store/database.hpp"
#include "tender/store/schedule_table.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/tombstones.hpp"

namespace tender::infra {
namespace {

constexpr std::chrono::hours kEvery{1};
constexpr int kTombstones = 100;     // rows of deleted relays in one transaction
constexpr int kSchedules = 500;      // rows of ended schedules
constexpr Milliseconds kBreath{20};  // for the loop, between two portions

}  // namespace

Retention::Retention(const config::StoreEnv& env, store::Database& database, Clock& clock,
                     Logger& logger)
    : keep_(env.activity_retention),
      database_(database),
      clock_(clock),
      logger_(logger),
      router_(database),
      pruner_(database, clock,
              env.activity_archive ? store::ActivityPruner::Archive::keep
                                   : store::ActivityPruner::Archive::drop),
      wakeup_(clock) {}

boost::asio::awaitable<void> Retention::run() {
  while (!stopping_ && keep_ > Milliseconds::zero()) {
    const TimePoint next = clock_.now() + kEvery;
    co_await prune();
    co_await wakeup_.wait_until(next);
  }
}

void Retention::stop() {
  stopping_ = true;
  wakeup_.notify();
}

boost::asio::awaitable<void> Retention::prune() {
  const TimePoint cutoff = clock_.now() - keep_;
  pruned_ = 0;
  while (!stopping_ && prune_portion(cutoff)) {
    const TimePoint next = clock_.now() + kBreath;
    co_await wakeup_.wait_until(next);
  }
  if (pruned_ > 0) {
    write_log(logger_, logs::kPruned, "activities", pruned_, "older_than",
              config::format_duration(keep_));
  }
}

// False: there is nothing more to do for this hour.
bool Retention::prune_portion(TimePoint cutoff) {
  try {
    const auto step = pruner_.step(cutoff, router_.offset());
    pruned_ += step.pruned;
    return !step.finished ||
           store::remove_tombstones(database_, cutoff, kTombstones) == kTombstones ||
           store::ScheduleTable(database_).remove_ended(cutoff, kSchedules) == kSchedules;
  } catch (const store::StoreError& error) {
    write_log(logger_, logs::kPruneFailed, "cause", error.what(), "remedy", error.remedy());
    return false;
  }
}

}  // namespace tender::infra
