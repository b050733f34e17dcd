#include "tender/model/activity.hpp"

#include <array>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

namespace tender {
namespace {

constexpr std::array<std::pair<ActivityType, std::string_view>, 13> kNames{{
    {ActivityType::create_relay, "create_relay"},
    {ActivityType::update_relay, "update_relay"},
    {ActivityType::activate_relay, "activate_relay"},
    {ActivityType::deactivate_relay, "deactivate_relay"},
    {ActivityType::delete_relay, "delete_relay"},
    {ActivityType::reconcile_relay, "reconcile_relay"},
    {ActivityType::complete_relay_sync, "complete_relay_sync"},
    {ActivityType::fail_relay_sync, "fail_relay_sync"},
    {ActivityType::adopt_relay_info, "adopt_relay_info"},
    {ActivityType::notice_relay_drift, "notice_relay_drift"},
    {ActivityType::notice_relay_identity, "notice_relay_identity"},
    {ActivityType::accept_relay_identity, "accept_relay_identity"},
    {ActivityType::import_relay, "import_relay"},
}};

}  // namespace

std::string_view to_string(ActivityType type) {
  return kNames.at(static_cast<std::size_t>(type)).second;
}

std::optional<ActivityType> parse_activity_type(std::string_view text) {
  for (const auto& [type, name] : kNames) {
    if (name == text) {
      return type;
    }
  }
  return std::nullopt;
}

std::span<const std::string> known_activity_types() {
  static const std::vector<std::string> types = [] {
    std::vector<std::string> all;
    all.reserve(kNames.size());
    for (const auto& [type, name] : kNames) {
      all.emplace_back(name);
    }
    for (const std::string_view name :
         {kPurgeStranger, kAddDeadLetter, kDiscardDeadLetter, kAbandonExecution, kPauseSync,
          kResumeSync, kCreateTrigger, kUpdateTrigger, kDeleteTrigger, kEnableTrigger,
          kDisableTrigger, kRedriveDelivery, kCreateSchedule, kCancelSchedule, kRunSchedule,
          kScheduleFailed}) {
      all.emplace_back(name);
    }
    return all;
  }();
  return types;
}

bool is_command(ActivityType type) {
  return type < ActivityType::complete_relay_sync;
}

std::optional<ActivityType> Activity::relay_activity() const {
  if (resource_type != kRelayResource) {
    return std::nullopt;
  }
  return parse_activity_type(activity_type);
}

nlohmann::ordered_json to_json(const Activity& activity) {
  const auto detail = parse_json(activity.detail);
  return {{"seq", activity.seq},
          {"id", activity.id},
          {"tenant", activity.tenant},
          {"created_at", activity.created_at.time_since_epoch().count()},
          {"activity_type", activity.activity_type},
          {"resource_type", activity.resource_type},
          {"resource_id", activity.resource_id},
          {"principal", activity.principal},
          {"cause", activity.cause.webhook_id},
          {"depth", activity.cause.depth},
          {"detail", detail ? *detail : nlohmann::json::object()}};
}

}  // namespace tender
