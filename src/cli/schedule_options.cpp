#include "schedule_options.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/base/cron.hpp"
#include "tender/base/utc_time.hpp"
#include "tender/config/duration.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/schedule_table.hpp"
#include "tender/store/transaction.hpp"
#include "tender/view/schedule.hpp"

#include "output.hpp"

namespace tender::cli {
namespace {

constexpr std::array<std::string_view, 3> kScheduleOptions{"at", "in", "every"};

struct When {
  TimePoint next{};
  std::string cron{};  // empty: once
};

TimePoint read_at(const std::string& text, TimePoint now) {
  const auto time = parse_zoned_time(text);
  if (!time) {
    throw UsageError(fmt::format("--at \"{}\" is not a time with a zone", printable(text, 40)),
                     fmt::format("write it as {} (UTC), or with an offset such as +02:00 instead "
                                 "of Z; or use --in 2h",
                                 format_time(now)));
  }
  return *time;
}

TimePoint read_in(const std::string& text, TimePoint now) {
  const auto length = config::parse_long_duration(text);
  if (!length || *length == Milliseconds::zero()) {
    throw UsageError(fmt::format("--in \"{}\" is not a duration above zero", printable(text, 40)),
                     "write it as 30m, 2h30m or 1d");
  }
  return now + *length;
}

When read_every(const std::string& text, TimePoint now) {
  try {
    const CronExpression cron(text);
    const auto next = cron.next_after(now);
    return {.next = next.value_or(TimePoint::min()), .cron = cron.text()};
  } catch (const InvalidCron& error) {
    throw UsageError(fmt::format("--every \"{}\": {}", printable(text, 80), error.what()),
                     error.remedy());
  }
}

When read_when(const Invocation& invocation, TimePoint now) {
  if (std::ranges::count_if(kScheduleOptions,
                            [&](const auto& name) { return invocation.has(name); }) > 1) {
    throw UsageError("--at, --in and --every cannot be used together", "use one of them");
  }
  if (invocation.has("every")) {
    return read_every(invocation.text("every"), now);
  }
  if (invocation.has("in")) {
    return {.next = read_in(invocation.text("in"), now)};
  }
  return {.next = read_at(invocation.text("at"), now)};
}

}  // namespace

std::vector<Option> later_options() {
  return {{"at", "Do it at this time, as 2026-12-01T08:00:00Z or with an offset such as +02:00",
           "TIME"},
          {"in", "Do it after this time, as 30m or 2h30m", "DURATION"}};
}

Option every_option() {
  return {"every", "Do it again and again, as this cron expression says (UTC), such as @daily",
          "CRON"};
}

bool is_scheduled(const Invocation& invocation) {
  return std::ranges::any_of(kScheduleOptions,
                             [&](const auto& name) { return invocation.has(name); });
}

void refuse_with_schedule(const Invocation& invocation,
                          std::initializer_list<std::string_view> options) {
  for (const std::string_view option : options) {
    if (invocation.has(option)) {
      const auto* const given = std::ranges::find_if(
          kScheduleOptions, [&](const auto& name) { return invocation.has(name); });
      throw UsageError(fmt::format("--{} cannot be used together with --{}", option, *given),
                       fmt::format("leave --{} out, or run the command at that time", option));
    }
  }
}

ExitCode schedule_work(const Invocation& invocation, StoreSession& session,
                       const std::vector<ScheduledWork>& work, bool as_array) {
  const When when = read_when(invocation, session.clock.now());
  auto array = nlohmann::ordered_json::array();
  store::Transaction transaction(session.database);
  for (const ScheduledWork& each : work) {
    Schedule wanted = schedule_of(each);
    wanted.next_at = when.next;
    wanted.cron = when.cron;
    const auto same = store::ScheduleTable(session.database).find_same(wanted);
    const Schedule schedule = same ? *same : session.command.create_schedule(wanted);
    array.push_back(view::to_json(schedule, session.query));
    if (!invocation.json()) {
      fmt::print(invocation.err, "schedule {}{}: {}\n", schedule.id, same ? " does so already" : "",
                 visible(view::what_and_when_of(schedule, session.query)));
    }
  }
  transaction.commit();
  if (invocation.json()) {
    print_json(invocation.out, as_array ? array : array.front());
  }
  if (!store::DatabaseLock::holder(session.database.path())) {
    invocation.err << "no sidecar is running on this database: `tender run` does what is due, also "
                      "what has become due until it starts\n";
  }
  return ExitCode::ok;
}

}  // namespace tender::cli
