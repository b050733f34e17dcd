// Deleted relays whose rows have served their time. Used by Retention; calls block as Database
// says.
#pragma once

#include "tender/base/clock.hpp"

namespace tender::store {

class Database;

/// Removes the rows of relays that zooid has deleted, if nothing was written about them since
/// `cutoff`: at most `limit` rows, in one transaction. Returns how many. An id that comes back
/// later is a new relay to zooid.
[[nodiscard]] int remove_tombstones(Database& database, TimePoint cutoff, int limit);

}  // namespace tender::store
