#include "tender/store/schedule_table.hpp"

#include "tender/store/database.hpp"

namespace tender::store {
namespace {

#define TENDER_SCHEDULE_COLUMNS                                                                \
  "id, command, relay_id, options, principal, created_at, cron, state, next_at, last_run_at, " \
  "last_error"

Schedule read_schedule(const Statement& row) {
  Schedule schedule;
  schedule.id = row.integer(0);
  schedule.command = row.text(1);
  schedule.relay = RelayId{row.text(2)};
  schedule.options = row.text(3);
  schedule.principal = row.text(4);
  schedule.created_at = row.time(5);
  schedule.cron = row.text(6);
  schedule.state = parse_schedule_state(row.text(7)).value_or(ScheduleState::failed);
  if (!row.is_null(8)) {
    schedule.next_at = row.time(8);
  }
  if (!row.is_null(9)) {
    schedule.last_run_at = row.time(9);
  }
  schedule.last_error = row.text(10);
  return schedule;
}

std::optional<Schedule> first_schedule(Statement row) {
  return row.step() ? std::optional(read_schedule(row)) : std::nullopt;
}

std::vector<Schedule> read_schedules(Statement rows) {
  std::vector<Schedule> schedules;
  while (rows.step()) {
    schedules.push_back(read_schedule(rows));
  }
  return schedules;
}

}  // namespace

std::int64_t ScheduleTable::add(const Schedule& schedule) {
  Statement row = database_.prepare(
      "INSERT INTO schedule (command, relay_id, options, principal, created_at, cron, next_at) "
      "VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
      schedule.command, schedule.relay.text, schedule.options, schedule.principal,
      schedule.created_at, schedule.cron, schedule.next_at);
  row.step();
  return row.integer(0);
}

std::optional<Schedule> ScheduleTable::find(std::int64_t id) const {
  return first_schedule(
      database_.prepare("SELECT " TENDER_SCHEDULE_COLUMNS " FROM schedule WHERE id = ?", id));
}

std::optional<Schedule> ScheduleTable::find_same(const Schedule& schedule) const {
  return first_schedule(database_.prepare(
      "SELECT " TENDER_SCHEDULE_COLUMNS
      " FROM schedule INDEXED BY schedule_of_relay WHERE state = 'waiting' AND relay_id = ?1 AND "
      "command = ?2 AND options = ?3 AND cron = ?4 AND (cron <> '' OR next_at = ?5) LIMIT 1",
      schedule.relay.text, schedule.command, schedule.options, schedule.cron, schedule.next_at));
}

std::vector<Schedule> ScheduleTable::list(bool all) const {
  auto schedules = read_schedules(
      database_.prepare("SELECT " TENDER_SCHEDULE_COLUMNS
                        " FROM schedule INDEXED BY schedule_due WHERE state = 'waiting' "
                        "ORDER BY next_at, id"));
  if (all) {
    const auto ended = read_schedules(
        database_.prepare("SELECT " TENDER_SCHEDULE_COLUMNS
                          " FROM schedule INDEXED BY schedule_ended WHERE state <> 'waiting' "
                          "ORDER BY ended_at DESC, id DESC"));
    schedules.insert(schedules.end(), ended.begin(), ended.end());
  }
  return schedules;
}

std::vector<Schedule> ScheduleTable::list(bool all, std::int64_t after_id, int limit) const {
  return read_schedules(
      database_.prepare("SELECT " TENDER_SCHEDULE_COLUMNS
                        " FROM schedule NOT INDEXED WHERE id > ?1 AND (?2 OR state = 'waiting') "
                        "ORDER BY id LIMIT ?3",
                        after_id, all, limit));
}

ScheduleTable::Counts ScheduleTable::count() const {
  Statement row = database_.prepare(
      "SELECT count(*), coalesce(sum(last_error <> ''), 0), min(next_at) "
      "FROM schedule INDEXED BY schedule_due WHERE state = 'waiting'");
  row.step();
  Counts counts{.waiting = row.integer(0), .failing = row.integer(1)};
  if (!row.is_null(2)) {
    counts.next_at = row.time(2);
  }
  return counts;
}

std::vector<Schedule> ScheduleTable::list_waiting(const RelayId& relay) const {
  return read_schedules(database_.prepare(
      "SELECT " TENDER_SCHEDULE_COLUMNS
      " FROM schedule INDEXED BY schedule_of_relay WHERE state = 'waiting' AND relay_id = ? "
      "ORDER BY next_at, id",
      relay.text));
}

std::optional<TimePoint> ScheduleTable::next_due() const {
  Statement row = database_.prepare(
      "SELECT next_at FROM schedule INDEXED BY schedule_due WHERE state = 'waiting' "
      "ORDER BY next_at LIMIT 1");
  return row.step() ? std::optional(row.time(0)) : std::nullopt;
}

std::optional<Schedule> ScheduleTable::find_due(TimePoint now) const {
  return first_schedule(database_.prepare(
      "SELECT " TENDER_SCHEDULE_COLUMNS
      " FROM schedule INDEXED BY schedule_due WHERE state = 'waiting' AND next_at <= ? "
      "ORDER BY next_at, id LIMIT 1",
      now));
}

void ScheduleTable::record_run(const Schedule& schedule, TimePoint now) {
  const bool ended = schedule.state != ScheduleState::waiting;
  database_
      .prepare(
          "UPDATE schedule SET state = ?, next_at = ?, last_run_at = ?, last_error = ?, "
          "ended_at = ? WHERE id = ?",
          to_string(schedule.state), schedule.next_at, now, schedule.last_error,
          ended ? std::optional(now) : std::nullopt, schedule.id)
      .run();
}

bool ScheduleTable::cancel(std::int64_t id, TimePoint now) {
  return database_
             .prepare(
                 "UPDATE schedule SET state = 'cancelled', next_at = NULL, ended_at = ? "
                 "WHERE id = ? AND state = 'waiting'",
                 now, id)
             .run() == 1;
}

int ScheduleTable::remove_ended(TimePoint cutoff, int limit) {
  return database_
      .prepare(
          "DELETE FROM schedule WHERE id IN (SELECT id FROM schedule INDEXED BY schedule_ended "
          "WHERE state <> 'waiting' AND ended_at < ? LIMIT ?)",
          cutoff, limit)
      .run();
}

}  // namespace tender::store
