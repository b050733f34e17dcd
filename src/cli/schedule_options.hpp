// --at, --in and --every: a command is not carried out now but written into the table of schedules,
// and a sidecar carries it out.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "tender/model/schedule.hpp"

#include "command.hpp"
#include "store_session.hpp"

namespace tender::cli {

/// --at and --in, for the command's list of options.
[[nodiscard]] std::vector<Option> later_options();
/// --every, likewise.
[[nodiscard]] Option every_option();

/// Whether any of them is given.
[[nodiscard]] bool is_scheduled(const Invocation& invocation);

/// Throws UsageError when one of these options is given together with them.
void refuse_with_schedule(const Invocation& invocation,
                          std::initializer_list<std::string_view> options);

/// Writes all of it in one transaction, and says so; with --json as `tender schedule list` prints
/// it, as an array if `as_array`. What is scheduled for that time already stays as it is. Throws
/// UsageError and CommandError; then nothing is written.
ExitCode schedule_work(const Invocation& invocation, StoreSession& session,
                       const std::vector<ScheduledWork>& work, bool as_array = false);

}  // namespace tender::cli
