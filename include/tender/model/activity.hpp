// One row of the activity log: the append-only history of commands and of their results. A plain
// value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"

namespace tender {

enum class ActivityType : std::uint8_t {
  // Commands: they stand before all others, as is_command() relies on.
  create_relay,
  update_relay,
  activate_relay,
  deactivate_relay,
  delete_relay,
  reconcile_relay,  // a person asks for a sync now: `tender reconcile`, `tender dead-letter retry`
  // Results, and what was seen.
  complete_relay_sync,    // zooid has what revision `detail.revision` says
  fail_relay_sync,        // one attempt failed: `detail.error`
  adopt_relay_info,       // what the relay's owner changed in zooid is in the row now
  notice_relay_drift,     // zooid no longer serves the relay as the row describes it
  notice_relay_identity,  // zooid serves it with another key than the one that was seen first
  accept_relay_identity,  // a person says that the other key is right
  import_relay,           // a row was made for a relay that zooid had already: `tender import`
};

[[nodiscard]] std::string_view to_string(ActivityType type);
[[nodiscard]] std::optional<ActivityType> parse_activity_type(std::string_view text);

/// Whether it asks for something; the other types say what the result was.
[[nodiscard]] bool is_command(ActivityType type);

inline constexpr std::string_view kRelayResource = "relay";

// Activities about tender itself, which ask for no work: the router passes them over.
inline constexpr std::string_view kTenderResource = "tender";
inline constexpr std::string_view kPauseSync = "pause_sync";    // `tender pause`
inline constexpr std::string_view kResumeSync = "resume_sync";  // `tender resume`

/// About a relay that was given up, whose row may be gone: `tender dead-letter discard`.
inline constexpr std::string_view kDiscardDeadLetter = "discard_dead_letter";

/// About a relay whose sync somebody waited for in the admin API, and left before its result came.
inline constexpr std::string_view kAbandonExecution = "abandon_execution";

/// About work that was given up, of a relay or a trigger: a dead letter was added.
inline constexpr std::string_view kAddDeadLetter = "add_dead_letter";

inline constexpr std::string_view kTriggerResource = "trigger";
inline constexpr std::string_view kCreateTrigger = "create_trigger";
inline constexpr std::string_view kUpdateTrigger = "update_trigger";
inline constexpr std::string_view kDeleteTrigger = "delete_trigger";
inline constexpr std::string_view kEnableTrigger = "enable_trigger";
inline constexpr std::string_view kDisableTrigger = "disable_trigger";
/// A person asks that a webhook that was given up is delivered after all.
inline constexpr std::string_view kRedriveDelivery = "redrive_delivery";

/// About a relay of zooid that no row describes: `tender relay delete --purge-stranger`.
inline constexpr std::string_view kPurgeStranger = "purge_stranger";

// About a command that is carried out later; the resource's id is the schedule's.
inline constexpr std::string_view kScheduleResource = "schedule";
inline constexpr std::string_view kCreateSchedule = "create_schedule";
inline constexpr std::string_view kCancelSchedule = "cancel_schedule";
inline constexpr std::string_view kRunSchedule = "run_schedule";        // it was carried out
inline constexpr std::string_view kScheduleFailed = "schedule_failed";  // it could not be

/// Every type that tender writes, of all resources. Other programs may write others.
[[nodiscard]] std::span<const std::string> known_activity_types();

/// By which webhook something was caused.
struct Cause {
  std::string webhook_id;  // empty: by none
  int depth = 0;           // how many webhooks, each caused by the one before, led to it
};

struct Activity {
  std::int64_t seq = 0;  // the order of activities, across all writers
  std::string id;
  std::string tenant;
  TimePoint created_at{};
  std::string activity_type;  // as written: other programs may log types that are not ours
  std::string resource_type;
  std::string resource_id;
  std::string detail = "{}";  // JSON object
  std::string principal;      // who caused it: "npub1…", "token", "cli:1000"; empty: not known
  Cause cause{};

  /// The type when this is about a relay and of a type that tender knows; nothing otherwise.
  [[nodiscard]] std::optional<ActivityType> relay_activity() const;
};

/// snake_case, `detail` as an object, times as integer milliseconds UTC.
[[nodiscard]] nlohmann::ordered_json to_json(const Activity& activity);

}  // namespace tender
