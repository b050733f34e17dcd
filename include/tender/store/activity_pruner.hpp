// Takes old rows out of the activity log, in portions that stall nobody, and archives them first if
// asked to. What the worker still needs is kept, however old: see step(). The caller holds the
// DatabaseLock; infra::Retention drives it.
#pragma once

#include <cstdint>
#include <optional>

#include "tender/store/activity_archive.hpp"

namespace tender {

class Database;

class ActivityPruner {
 public:
  enum class Archive : std::uint8_t { keep, drop };

  /// Borrows the database; `clock` names the archive's month.
  ActivityPruner(Database& database, const Clock& clock, Archive archive);

  struct Step {
    int pruned = 0;
    bool finished = false;  // nothing old is left; the next step begins at the log's start
  };
  /// Looks at the next 500 rows of the log, archives those to be pruned, and deletes them in one
  /// transaction. Pruned are rows from before `cutoff` and not above `routed_seq`, except for the
  /// log's newest row, and of each relay
  ///  - its newest row;
  ///  - its newest complete_relay_sync, which says that it has an identity on zooid;
  ///  - its newest command or result and the failures since, which are counted as attempts.
  /// It is finished where 500 rows on end are younger than `cutoff`: the log is in order of time
  /// but for what programs with another clock wrote. Throws StoreError, and then nothing was
  /// deleted.
  Step step(TimePoint cutoff, std::int64_t routed_seq);

 private:
  Database& database_;
  const Clock& clock_;
  std::optional<ActivityArchive> archive_;  // nothing: old rows are dropped
  std::int64_t looked_ = 0;                 // seq of the last row that was looked at
};

}  // namespace tender
