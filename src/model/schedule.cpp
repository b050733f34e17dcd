#include "tender/model/schedule.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

namespace tender {
namespace {

constexpr std::array<std::string_view, 8> kCommandNames{
    "activate_relay",   "deactivate_relay",  "delete_relay",       "reconcile_relay",
    "reconcile_relays", "retry_dead_letter", "retry_dead_letters", "back_up"};
constexpr std::array<std::string_view, 4> kStateNames{"waiting", "done", "failed", "cancelled"};
constexpr std::int64_t kMostKept = 10'000;

// The enumerator whose name that is.
template <typename Enum, std::size_t count>
std::optional<Enum> find_name(const std::array<std::string_view, count>& names,
                              std::string_view text) {
  const auto* const found = std::ranges::find(names, text);
  if (found == names.end()) {
    return std::nullopt;
  }
  return static_cast<Enum>(found - names.begin());
}

nlohmann::ordered_json options_of(const ScheduledWork& work) {
  switch (work.command) {
    case ScheduledCommand::reconcile_relay:
      return {{"forced", work.forced}};
    case ScheduledCommand::reconcile_relays:
      return {{"all", work.all}, {"forced", work.forced}};
    case ScheduledCommand::retry_dead_letter:
      return {{"dead_letter", work.dead_letter}};
    case ScheduledCommand::retry_dead_letters:
      return {{"reason", work.reason}};
    case ScheduledCommand::back_up:
      return {{"directory", work.directory}, {"keep", work.keep}};
    case ScheduledCommand::activate_relay:
    case ScheduledCommand::deactivate_relay:
    case ScheduledCommand::delete_relay:
      break;
  }
  return nlohmann::ordered_json::object();
}

}  // namespace

std::string_view to_string(ScheduledCommand command) {
  return kCommandNames.at(static_cast<std::size_t>(command));
}

std::optional<ScheduledCommand> parse_scheduled_command(std::string_view text) {
  return find_name<ScheduledCommand>(kCommandNames, text);
}

std::string_view to_string(ScheduleState state) {
  return kStateNames.at(static_cast<std::size_t>(state));
}

std::optional<ScheduleState> parse_schedule_state(std::string_view text) {
  return find_name<ScheduleState>(kStateNames, text);
}

Schedule schedule_of(const ScheduledWork& work) {
  Schedule schedule;
  schedule.command = to_string(work.command);
  schedule.relay = work.relay;
  schedule.options = ordered_json_line(options_of(work));
  return schedule;
}

std::optional<ScheduledWork> work_of(const Schedule& schedule) {
  const auto command = parse_scheduled_command(schedule.command);
  if (!command) {
    return std::nullopt;
  }
  const auto options = parse_json(schedule.options).value_or(nlohmann::json());
  return ScheduledWork{.command = *command,
                       .relay = schedule.relay,
                       .all = json_flag(options, "all"),
                       .forced = json_flag(options, "forced"),
                       .dead_letter = json_integer(options, "dead_letter"),
                       .reason = json_text(options, "reason"),
                       .directory = json_text(options, "directory"),
                       .keep = static_cast<int>(
                           std::clamp<std::int64_t>(json_integer(options, "keep"), 1, kMostKept))};
}

}  // namespace tender
