// What is known of the host, as one row of the database: written by the dispatcher when it changes,
// read by `tender status` and by the next process.
#pragma once

#include <optional>
#include <string>

#include "tender/base/clock.hpp"

namespace tender {
class Database;
}

namespace tender::outbox {

struct HostState {
  std::optional<TimePoint> failing_since;  // nothing: the host is well, as far as is known
  std::string reason;                      // the newest fault, for people; empty when well
  std::optional<TimePoint> probe_at;       // when it is asked again, while failing
  std::optional<TimePoint> paused_until;   // the host asked for it (Retry-After)
  bool stores_nothing = false;             // failing because it cannot read or write its files
  std::optional<int> concurrency{};        // the most requests at a time; nothing: not known yet

  friend bool operator==(const HostState&, const HostState&) = default;
};

/// Part of the caller's transaction, or one of its own. Throws StoreError.
[[nodiscard]] HostState read_host_state(Database& database);
void write_host_state(Database& database, const HostState& state);

}  // namespace tender::outbox
