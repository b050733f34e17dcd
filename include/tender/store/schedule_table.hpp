// The table `schedule`: commands that are carried out later. Command writes it together with its
// activities; infra::ScheduleRunner asks it what is due. Methods are part of the caller's
// transaction, or one of their own. Calls block as Database says; throws StoreError. Borrows the
// database.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tender/model/schedule.hpp"

namespace tender::store {

class Database;

class ScheduleTable {
 public:
  explicit ScheduleTable(Database& database) : database_(database) {}

  /// A new row, which waits; its id.
  std::int64_t add(const Schedule& schedule);

  [[nodiscard]] std::optional<Schedule> find(std::int64_t id) const;

  /// One that waits and asks for the same at the same time, or by the same cron expression.
  [[nodiscard]] std::optional<Schedule> find_same(const Schedule& schedule) const;

  /// Those that wait, the next one first. With `all` the others, too: they come last, the one that
  /// ended last first.
  [[nodiscard]] std::vector<Schedule> list(bool all) const;

  /// A part of them, by their ids: those after `after_id`, at most `limit`.
  [[nodiscard]] std::vector<Schedule> list(bool all, std::int64_t after_id, int limit) const;

  /// Those that wait and are about that relay.
  [[nodiscard]] std::vector<Schedule> list_waiting(const RelayId& relay) const;

  struct Counts {
    std::int64_t waiting = 0;
    std::int64_t failing = 0;            // of these: they repeat, and their last run failed
    std::optional<TimePoint> next_at{};  // nothing: none waits
  };
  /// Reads every one that waits.
  [[nodiscard]] Counts count() const;

  /// When the next one is due; nothing when none waits.
  [[nodiscard]] std::optional<TimePoint> next_due() const;

  /// The one that has been due longest at `now`.
  [[nodiscard]] std::optional<Schedule> find_due(TimePoint now) const;

  /// A run at `now` is over: the row gets the schedule's state, next time and error.
  void record_run(const Schedule& schedule, TimePoint now);

  /// False: it does not wait.
  bool cancel(std::int64_t id, TimePoint now);

  /// Removes those that ended before `cutoff`, at most `limit`; how many.
  int remove_ended(TimePoint cutoff, int limit);

 private:
  Database& database_;
};

}  // namespace tender::store
