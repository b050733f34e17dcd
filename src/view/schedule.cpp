#include "tender/view/schedule.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/utc_time.hpp"
#include "tender/view/relay.hpp"

namespace tender::view {
namespace {

nlohmann::ordered_json milliseconds_or_null(std::optional<TimePoint> time) {
  return time ? nlohmann::ordered_json(time->time_since_epoch().count()) : nullptr;
}

std::string text_of(const ScheduledWork& work, const std::string& relay) {
  const std::string_view forced = work.forced ? ", even if nothing changed" : "";
  switch (work.command) {
    case ScheduledCommand::activate_relay:
      return fmt::format("activate relay {}", relay);
    case ScheduledCommand::deactivate_relay:
      return fmt::format("deactivate relay {}", relay);
    case ScheduledCommand::delete_relay:
      return fmt::format("delete relay {}", relay);
    case ScheduledCommand::reconcile_relay:
      return fmt::format("reconcile relay {}{}", relay, forced);
    case ScheduledCommand::reconcile_relays:
      return fmt::format("reconcile {}{}",
                         work.all ? "every relay" : "the relays that are out of step", forced);
    case ScheduledCommand::retry_dead_letter:
      return fmt::format("retry dead letter {} of relay {}", work.dead_letter, relay);
    case ScheduledCommand::retry_dead_letters:
      return work.reason.empty() ? "retry all dead letters"
                                 : fmt::format("retry the dead letters \"{}\"", work.reason);
    case ScheduledCommand::back_up:
      break;
  }
  return fmt::format("back up to {}, keeping {}", work.directory, work.keep);
}

// The schedule that an activity tells of.
Schedule told_by(const nlohmann::json& detail) {
  Schedule schedule;
  schedule.command = json_text(detail, "command");
  schedule.relay = RelayId{json_text(detail, "relay_id")};
  schedule.options = json_line(detail.value("options", nlohmann::json::object()));
  schedule.cron = json_text(detail, "cron");
  if (const auto at = detail.find("next_at"); at != detail.end() && at->is_number_integer()) {
    schedule.next_at = TimePoint(Milliseconds(at->get<std::int64_t>()));
  }
  return schedule;
}

std::string when_of(const Schedule& schedule) {
  const std::string next = schedule.next_at ? format_time(*schedule.next_at) : "";
  if (schedule.repeats()) {
    return fmt::format(", every \"{}\"{}{}", schedule.cron, next.empty() ? "" : ", next at ", next);
  }
  return next.empty() ? std::string() : " at " + next;
}

}  // namespace

std::string what_of(const Schedule& schedule, const store::Query& query) {
  const auto work = work_of(schedule);
  return work ? text_of(*work, relay_name(query, schedule.relay.text)) : schedule.command;
}

std::string what_and_when_of(const Schedule& schedule, const store::Query& query) {
  return what_of(schedule, query) + when_of(schedule);
}

std::string text_of_schedule_activity(const Activity& activity, const store::Query& query) {
  const auto detail = parse_json(activity.detail);
  if (!detail || !detail->is_object() || json_text(*detail, "command").empty()) {
    return {};
  }
  const Schedule schedule = told_by(*detail);
  if (activity.activity_type == kCreateSchedule) {
    return what_and_when_of(schedule, query);
  }
  std::string text = what_of(schedule, query);
  for (const char* why : {"error", "reason"}) {
    if (const std::string given = json_text(*detail, why); !given.empty()) {
      text += ": " + given;
    }
  }
  return schedule.next_at ? fmt::format("{}; next at {}", text, format_time(*schedule.next_at))
                          : text;
}

nlohmann::ordered_json to_json(const Schedule& schedule, const store::Query& query) {
  nlohmann::ordered_json json{
      {"id", schedule.id},
      {"command", schedule.command},
      {"relay_id", nullptr},
      {"subdomain", nullptr},
      {"options", parse_json(schedule.options).value_or(nlohmann::json::object())},
      {"principal", schedule.principal},
      {"created_at", milliseconds_or_null(schedule.created_at)},
      {"cron", nullptr},
      {"state", to_string(schedule.state)},
      {"next_at", milliseconds_or_null(schedule.next_at)},
      {"last_run_at", milliseconds_or_null(schedule.last_run_at)},
      {"last_error", schedule.last_error}};
  if (!schedule.relay.text.empty()) {
    json["relay_id"] = schedule.relay.text;
    if (const auto relay = query.get_relay(schedule.relay)) {
      json["subdomain"] = relay->subdomain;
    }
  }
  if (schedule.repeats()) {
    json["cron"] = schedule.cron;
  }
  return json;
}

}  // namespace tender::view
