// The state of everything, as `tender status` shows it and programs read it. Calls block as
// Database says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/store/query.hpp"
#include "tender/store/schedule_table.hpp"
#include "tender/view/config_survey.hpp"

namespace tender::view {

struct Snapshot {
  std::string database;                               // its path
  TimePoint taken_at{};                               // when that was so
  int schema = 0;                                     // its version
  std::optional<store::DatabaseLock::Holder> holder;  // the sidecar that runs; nothing: none does
  Milliseconds heartbeat_age{};                       // of the holder, never below zero
  std::optional<store::SyncPause> pause;              // nothing: tender is not paused
  store::Query::RelayCounts relays;  // the pending and failing without those that are held
  std::int64_t held = 0;             // relays that tender gave up on: view::is_held
  outbox::Outbox::Counts jobs;       // syncs
  outbox::Outbox::Counts checks;     // looks whether relays are served
  // By name, zooid always among them; without pauses that are over.
  std::map<std::string, outbox::DestinationState> destinations;
  std::vector<outbox::Outbox::Kept> unknown;  // work that this version leaves alone
  std::int64_t dead_letters = 0;              // that are open
  store::ScheduleTable::Counts schedules;     // that wait for their time
  std::vector<std::string> settings;          // that need consent before a sidecar starts; the
                                              // caller sets them, who knows the environment
  std::int64_t reported = 0;                  // relays whose drift is only reported; as settings
  std::int64_t logged = 0;                    // the newest activity
  std::optional<ConfigSurvey> config;         // nothing: ZOOID_CONFIG_DIR is not set
  std::int64_t routed = 0;                    // up to here the sidecar has routed the activities
};

/// The state at `now`, without zooid's config directory; what was seen before `seen_since` counts
/// as unknown. It takes several reads; a change between them may be in only some of the numbers.
/// Throws StoreError.
[[nodiscard]] Snapshot take_snapshot(store::Database& database, TimePoint now,
                                     TimePoint seen_since = TimePoint::min());

/// How old what is known of the destination is: "last answered 12 s ago". The answer that is
/// stored may be five seconds older than the newest one.
[[nodiscard]] std::string describe_answer(const outbox::DestinationState& state, TimePoint now);

/// Whether zooid has lost so many relays that its config directory may be gone.
[[nodiscard]] bool has_lost_relays(const Snapshot& snapshot);

/// How many relays wait to be sent.
[[nodiscard]] std::int64_t count_waiting(const Snapshot& snapshot);

/// What waits for a person, as words for programs: "dead_letters", "other_identity", "lost_relays",
/// "reported_drift", "settings", "destinations" for one that cannot be used, "config" for zooid's
/// config directory, "schedules" for what repeats and failed last time, and "pause" for one that
/// does not end by itself. What tender puts right by itself, a pause that zooid asked for and a
/// sidecar that does not run are not among them.
[[nodiscard]] std::vector<std::string_view> waits_for_person(const Snapshot& snapshot);

/// snake_case, times and durations as integer milliseconds, null for what does not exist.
[[nodiscard]] nlohmann::ordered_json to_json(const Snapshot& snapshot);

}  // namespace tender::view
