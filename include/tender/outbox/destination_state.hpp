// What is known of a destination, as its row of table destination_state: written by the dispatcher
// when it changes, read by `tender status` and by the next process. A destination without a row is
// well, as far as is known.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tender/base/clock.hpp"

namespace tender::store {
class Database;
}

namespace tender::outbox {

struct DestinationState {
  std::optional<TimePoint> failing_since;  // nothing: it is well, as far as is known
  std::string reason;                      // the newest fault, for people; empty when well
  std::optional<TimePoint> probe_at;       // when it is asked again, while failing
  std::optional<TimePoint> paused_until;   // it asked for that (Retry-After)
  bool stores_nothing = false;             // failing because it cannot read or write its files
  std::optional<int> concurrency{};        // the most requests at a time; nothing: not known yet
  std::optional<TimePoint> answered_at{};  // when it last showed that it works; nothing: never yet

  /// Nothing is known that keeps work from it.
  [[nodiscard]] bool is_well() const { return !failing_since && !paused_until; }

  friend bool operator==(const DestinationState&, const DestinationState&) = default;
};

/// Part of the caller's transaction, or one of its own. Throws StoreError.
[[nodiscard]] DestinationState read_destination_state(store::Database& database,
                                                      std::string_view destination);
/// Every row, by name.
[[nodiscard]] std::vector<std::pair<std::string, DestinationState>> list_destination_states(
    store::Database& database);
void forget_destination_state(store::Database& database, std::string_view destination);
void write_destination_state(store::Database& database, std::string_view destination,
                             const DestinationState& state);

}  // namespace tender::outbox
