// The time in which the database cannot be worked on: disk full, I/O error, read-only, locked,
// damaged. The loops that share a connection share one of these: whoever meets the fault first
// begins it, nobody works until it is over, and the operator hears of both once. On the one thread.
#pragma once

#include <optional>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/store/store_error.hpp"

namespace tender {

class Database;

class StoreOutage {
 public:
  /// Borrows all of it.
  StoreOutage(Database& database, const Clock& clock, Logger& logger)
      : database_(database), clock_(clock), logger_(logger) {}

  /// Work has met `error`: says so with the remedy, unless an outage is known already that is as
  /// bad.
  void begin(const StoreError& error);

  /// Whether there is none (any more). During one, and not before retry_at(), it opens a fresh
  /// connection and commits a write of a few bytes; when that works the outage is over, and no
  /// Statement of the old connection may be used. A damaged file must be sound as a whole as
  /// well; one that is too large for that look (kLargestCheckedFirst) stays damaged to the end of
  /// the process. Never throws; blocks as Database and check_integrity() say.
  [[nodiscard]] bool over();

  [[nodiscard]] bool ongoing() const { return retry_at_.has_value(); }

  /// When over() looks next: 1 s after the fault, doubling to 30 s. During an outage only.
  [[nodiscard]] TimePoint retry_at() const { return retry_at_.value_or(TimePoint::min()); }

 private:
  void try_again_later();
  void probe();

  Database& database_;
  const Clock& clock_;
  Logger& logger_;
  std::optional<TimePoint> retry_at_;  // nothing: no outage
  StoreFault fault_ = StoreFault::other;
  Milliseconds pause_{};
  TimePoint ended_at_{};
};

}  // namespace tender
