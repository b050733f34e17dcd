#include "tender/store/database_meters.hpp"

#include <algorithm>
#include <utility>

namespace tender::store {

void RecentLongest::note(Milliseconds duration, SteadyTime now) {
  move_on(now);
  newer_ = std::max(newer_, duration);
}

Milliseconds RecentLongest::at(SteadyTime now) {
  move_on(now);
  return std::max(newer_, older_);
}

void RecentLongest::move_on(SteadyTime now) {
  if (now - begun_at_ >= kWindow) {
    older_ = now - begun_at_ < 2 * kWindow ? newer_ : Milliseconds::zero();
    newer_ = Milliseconds::zero();
    begun_at_ = now;
  }
}

DatabaseMeters::DatabaseMeters(const Metrics& metrics)
    : busy(metrics.counter("tender_sqlite_busy_total")),
      busy_seconds(metrics.counter("tender_sqlite_busy_seconds_total")),
      errors(metrics.counter("tender_sqlite_errors_total")),
      transactions(metrics.histogram("tender_sqlite_transaction_seconds")) {}

StoreError DatabaseMeters::count(StoreError error) const {
  errors.add({to_string(error.fault())});
  return error;
}

}  // namespace tender::store
