// Commands that are carried out later.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log.hpp"
#include "tender/base/utc_time.hpp"
#include "tender/store/command.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/schedule_table.hpp"
#include "tender/store/transaction.hpp"

namespace tender::store {
namespace {

nlohmann::ordered_json milliseconds_of(std::optional<TimePoint> time) {
  return time ? nlohmann::ordered_json(time->time_since_epoch().count()) : nullptr;
}

// What each activity of a schedule says.
nlohmann::ordered_json schedule_detail(const Schedule& schedule) {
  return {{"command", schedule.command},
          {"relay_id", schedule.relay.text},
          {"options", parse_json(schedule.options).value_or(nlohmann::json::object())}};
}

void require_schedulable(const Query& query, const Schedule& wanted, TimePoint now) {
  if (wanted.next_at <= std::optional(now)) {
    throw CommandError(
        fmt::format("{} has passed", wanted.next_at ? format_time(*wanted.next_at) : "the time"),
        fmt::format("give a time in the future; it is {} now", format_time(now)));
  }
  if (wanted.relay.text.empty()) {
    return;
  }
  const auto relay = query.get_relay(wanted.relay);
  if (!relay) {
    throw NoSuchRelay(wanted.relay.text);
  }
  if (relay->status == RelayStatus::deleted) {
    throw CommandError(fmt::format("relay {} ({}) is deleted", relay->subdomain, relay->id.text),
                       "nothing can be scheduled for it");
  }
}

}  // namespace

NoSuchSchedule::NoSuchSchedule(std::int64_t id)
    : CommandError(fmt::format("there is no schedule {}", id),
                   "see `tender schedule list` for those that wait") {}

Schedule Command::create_schedule(Schedule wanted) {
  Transaction transaction(*database_);  // first, because it may have to wait for another program
  wanted.created_at = clock_->now();
  wanted.principal = principal_;
  require_schedulable(Query(*database_), wanted, wanted.created_at);
  wanted.id = ScheduleTable(*database_).add(wanted);
  auto detail = schedule_detail(wanted);
  detail["cron"] = wanted.cron;
  detail["next_at"] = milliseconds_of(wanted.next_at);
  add_activity(kCreateSchedule, wanted, ordered_json_line(detail));
  transaction.commit();
  return wanted;
}

Schedule Command::cancel_schedule(std::int64_t id) {
  Transaction transaction(*database_);
  const auto schedule = ScheduleTable(*database_).find(id);
  if (!schedule) {
    throw NoSuchSchedule(id);
  }
  if (schedule->state != ScheduleState::waiting) {
    throw CommandError(fmt::format("schedule {} is {} already", id, to_string(schedule->state)),
                       "see `tender schedule list` for those that wait");
  }
  write_cancellation(*schedule, "");
  transaction.commit();
  return *schedule;
}

void Command::cancel_schedules_of(const RelayId& id) {
  for (const Schedule& schedule : ScheduleTable(*database_).list_waiting(id)) {
    write_cancellation(schedule, "the relay was deleted");
  }
}

void Command::write_cancellation(const Schedule& schedule, std::string_view reason) {
  ScheduleTable(*database_).cancel(schedule.id, clock_->now());
  auto detail = schedule_detail(schedule);
  detail["reason"] = reason;
  add_activity(kCancelSchedule, schedule, ordered_json_line(detail));
}

void Command::complete_schedule(const Schedule& schedule, std::optional<TimePoint> next) {
  Transaction transaction(*database_);
  Schedule after = schedule;
  after.state = next ? ScheduleState::waiting : ScheduleState::done;
  after.next_at = next;
  after.last_error.clear();
  ScheduleTable(*database_).record_run(after, clock_->now());
  auto detail = schedule_detail(schedule);
  detail["next_at"] = milliseconds_of(next);
  add_activity(kRunSchedule, schedule, ordered_json_line(detail));
  transaction.commit();
}

void Command::fail_schedule(const Schedule& schedule, const std::string& error,
                            std::optional<TimePoint> next) {
  Transaction transaction(*database_);
  Schedule after = schedule;
  after.state = next ? ScheduleState::waiting : ScheduleState::failed;
  after.next_at = next;
  after.last_error = error;
  ScheduleTable(*database_).record_run(after, clock_->now());
  auto detail = schedule_detail(schedule);
  detail["error"] = error;
  detail["next_at"] = milliseconds_of(next);
  add_activity(kScheduleFailed, schedule, ordered_json_line(detail));
  transaction.commit();
}

void Command::add_activity(std::string_view type, const Schedule& schedule,
                           const std::string& detail) {
  const auto relay = Query(*database_).get_relay(schedule.relay);
  add_activity(type, relay ? relay->tenant : "", kScheduleResource, std::to_string(schedule.id),
               detail);
}

}  // namespace tender::store
