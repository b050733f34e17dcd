// A command that is carried out later, once or again and again: a row of the table `schedule`. A
// plain value. store::ScheduleTable keeps it, infra::ScheduleRunner carries it out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/model/relay.hpp"

namespace tender {

enum class ScheduledCommand : std::uint8_t {
  activate_relay,
  deactivate_relay,
  delete_relay,
  reconcile_relay,     // of one relay
  reconcile_relays,    // of those out of step, or of all
  retry_dead_letter,   // of one
  retry_dead_letters,  // of all that are open then, or of those with one reason
  back_up,             // of the database, into a directory
};

[[nodiscard]] std::string_view to_string(ScheduledCommand command);
[[nodiscard]] std::optional<ScheduledCommand> parse_scheduled_command(std::string_view text);

/// What is to be carried out. Each command has the members that are named after it; the others stay
/// as they are here.
struct ScheduledWork {
  ScheduledCommand command = ScheduledCommand::reconcile_relays;
  RelayId relay{};               // of those about one relay
  bool all = false;              // reconcile_relays: every relay is compared
  bool forced = false;           // both reconciles: send even what did not change
  std::int64_t dead_letter = 0;  // retry_dead_letter: its number
  std::string reason{};          // retry_dead_letters: only of this one; empty: of any
  std::string directory{};       // back_up: as the sidecar sees it
  int keep = 0;                  // back_up: how many are kept there
};

enum class ScheduleState : std::uint8_t {
  waiting,    // for its time
  done,       // it was carried out, and does not repeat
  failed,     // it was refused, and is not tried again
  cancelled,  // by a person, or because its relay was deleted
};

[[nodiscard]] std::string_view to_string(ScheduleState state);
[[nodiscard]] std::optional<ScheduleState> parse_schedule_state(std::string_view text);

struct Schedule {
  std::int64_t id = 0;
  std::string command;         // as written: a newer tender may know others
  RelayId relay{};             // that it is about; empty: none in particular
  std::string options = "{}";  // JSON object: what else ScheduledWork has
  std::string principal{};     // who asked for it, and in whose name it is carried out
  TimePoint created_at{};
  std::string cron{};  // when it repeats, as CronExpression; empty: it does not
  ScheduleState state = ScheduleState::waiting;
  std::optional<TimePoint> next_at{};  // only while it waits
  std::optional<TimePoint> last_run_at{};
  std::string last_error{};  // of the last run; empty: it was well, or there was none

  [[nodiscard]] bool repeats() const { return !cron.empty(); }
};

/// A schedule of that work, without a time.
[[nodiscard]] Schedule schedule_of(const ScheduledWork& work);

/// What is to be carried out; nothing when this version does not know the command.
[[nodiscard]] std::optional<ScheduledWork> work_of(const Schedule& schedule);

}  // namespace tender
