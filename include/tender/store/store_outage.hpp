// A time in which the database cannot be used: disk full, I/O error, read-only, locked or damaged.
// The loops that share a connection share one of these. The first loop that meets the fault begins
// it, no loop works until it is over, and its begin and end are logged once each. On the one
// thread.
#pragma once

#include <optional>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {

class Database;

class StoreOutage {
 public:
  /// Borrows all arguments.
  StoreOutage(Database& database, const Clock& clock, Logger& logger)
      : database_(database), clock_(clock), logger_(logger) {}

  /// Begins an outage because work has met `error`. Logs it with the remedy, unless a known outage
  /// is as bad.
  void begin(const StoreError& error);

  /// Whether there is no outage (any more). During one, and not before retry_at(), it opens a fresh
  /// connection and commits a write of a few bytes. When that works the outage is over, and no
  /// Statement of the old connection may be used. After damage, the whole file must be intact as
  /// well; one that is too large for this check (kLargestCheckedFirst) counts as damaged until the
  /// process ends. Never throws; blocks as Database and check_integrity() say.
  [[nodiscard]] bool over();

  /// Commits a write of a few bytes, and begins an outage when that fails for another reason than a
  /// lock: so a disk that is full or read-only is noticed before there is work. Nothing during an
  /// outage. Never throws, and does not wait for locks.
  void prove_writable();

  [[nodiscard]] bool ongoing() const { return retry_at_.has_value(); }

  /// What the database said last, in this outage or an earlier one; nothing: there was none.
  [[nodiscard]] const std::optional<StoreError>& error() const { return error_; }

  /// When over() looks next: 1 s after the fault, doubling to 30 s. During an outage only.
  [[nodiscard]] TimePoint retry_at() const { return retry_at_.value_or(TimePoint::min()); }

 private:
  [[nodiscard]] bool is_of(StoreFault fault) const;
  void try_again_later();
  void probe();

  Database& database_;
  const Clock& clock_;
  Logger& logger_;
  std::optional<TimePoint> retry_at_;  // nothing: no outage
  std::optional<StoreError> error_;    // of the newest outage
  Milliseconds pause_{};
  TimePoint ended_at_{};
};

}  // namespace tender::store
