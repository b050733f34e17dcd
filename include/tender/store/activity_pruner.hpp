// Removes old rows from the activity log, and archives them first if asked to. It works in small
// portions, so that nobody waits for long. Rows that the sidecar still needs are kept, however old
// they are: see step(). The caller holds the DatabaseLock; infra::Retention drives it.
#pragma once

#include <cstdint>
#include <optional>

#include "tender/store/activity_archive.hpp"

namespace tender::store {

class Database;

class ActivityPruner {
 public:
  enum class Archive : std::uint8_t { keep, drop };

  /// Borrows the database; `clock` names the archive's month.
  ActivityPruner(Database& database, const Clock& clock, Archive archive);

  struct Step {
    int pruned = 0;
    bool finished = false;  // nothing old is left; the next step begins at the first row
  };
  /// Looks at the next 500 rows of the activity log, archives those to be pruned, and deletes them
  /// in one transaction. It prunes rows from before `cutoff` and not above `routed_seq`. It keeps
  /// the newest row of all, and of each relay
  ///  - its newest row;
  ///  - its newest complete_relay_sync, which says that it has an identity on zooid;
  ///  - its newest command or result and the failures since, which are counted as attempts.
  /// It is finished when 500 consecutive rows are younger than `cutoff`: the rows are in order of
  /// time, except for those of programs with another clock. Throws StoreError; nothing was deleted
  /// then.
  Step step(TimePoint cutoff, std::int64_t routed_seq);

 private:
  Database& database_;
  const Clock& clock_;
  std::optional<ActivityArchive> archive_;  // nothing: old rows are dropped
  std::int64_t looked_ = 0;                 // seq of the last row that was looked at
};

}  // namespace tender::store
