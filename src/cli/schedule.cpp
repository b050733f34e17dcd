// `tender schedule list | cancel`: the commands that are carried out later.
#include "tender/view/schedule.hpp"

#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/base/number.hpp"
#include "tender/store/schedule_table.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

std::string time_or_nothing(std::optional<TimePoint> time) {
  return time ? format_time(*time) : "-";
}

ExitCode list_schedules(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  const auto schedules = store::ScheduleTable(session.database).list(invocation.has("all"));
  if (invocation.json()) {
    JsonArray array(invocation.out);
    for (const Schedule& schedule : schedules) {
      array.add(view::to_json(schedule, session.query));
    }
    array.finish();
    return ExitCode::ok;
  }
  if (schedules.empty()) {
    invocation.err << "nothing is scheduled\n";
    return ExitCode::ok;
  }
  Table table(invocation.out);
  table.add({"ID", "STATE", "NEXT", "EVERY", "BY", "LAST RUN", "COMMAND", "LAST ERROR"});
  for (const Schedule& schedule : schedules) {
    table.add({std::to_string(schedule.id), std::string(to_string(schedule.state)),
               time_or_nothing(schedule.next_at), schedule.repeats() ? schedule.cron : "-",
               schedule.principal, time_or_nothing(schedule.last_run_at),
               view::what_of(schedule, session.query), printable(schedule.last_error, 600)});
  }
  table.finish();
  return ExitCode::ok;
}

ExitCode cancel_schedule(const Invocation& invocation) {
  const std::string& text = invocation.names.front();
  const auto id = parse_integer(text);
  if (!id) {
    throw UsageError(fmt::format("\"{}\" is not the id of a schedule", printable(text, 40)),
                     "give a number of `tender schedule list`");
  }
  StoreSession session(invocation, store::OpenMode::existing);
  const Schedule schedule = session.command.cancel_schedule(*id);
  fmt::print(invocation.err, "schedule {} is cancelled: {}\n", schedule.id,
             visible(view::what_and_when_of(schedule, session.query)));
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kScheduleList{
    .name = "schedule list",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "List the commands that are carried out later (--at, --in, --every)",
    .example = "tender schedule list --all",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{{"all", "Include those that have ended"}};
        },
    .run = list_schedules};

const CommandSpec kScheduleCancel{.name = "schedule cancel",
                                  .arguments = "ID",
                                  .min_names = 1,
                                  .max_names = 1,
                                  .summary = "Cancel a command that waits for its time",
                                  .example = "tender schedule cancel 3",
                                  .prints_data = false,
                                  .options = nullptr,
                                  .run = cancel_schedule};

}  // namespace tender::cli
