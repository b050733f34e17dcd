// `tender status`: the state of the sidecar, zooid, the relays and the outbox.
#include "tender/view/status.hpp"

#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/infra/setting_changes.hpp"

#include "command.hpp"
#include "identity_text.hpp"
#include "output.hpp"
#include "pause_text.hpp"
#include "sidecar_api.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

using view::Snapshot;
using Rows = std::vector<std::vector<std::string>>;

constexpr std::chrono::seconds kLateHeartbeat{25};  // it beats every 10 s

std::string describe_sidecar(const Snapshot& snapshot) {
  if (!snapshot.holder) {
    return "not running; start `tender run`";
  }
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(snapshot.heartbeat_age);
  const std::string pid =
      snapshot.holder->pid ? fmt::format("pid {}, ", *snapshot.holder->pid) : std::string();
  return fmt::format(
      "running ({}last heartbeat {} s ago{})", pid, age.count(),
      age > kLateHeartbeat ? ": it is not working, see its log lines for what to do" : "");
}

std::string describe_pause(const store::SyncPause& pause, const Snapshot& snapshot) {
  const std::int64_t waiting = view::count_waiting(snapshot);
  return fmt::format(
      "{}, {} relay{}{}", text_of(pause), waiting, waiting == 1 ? " waits" : "s wait",
      snapshot.holder && !pause.quiet ? "; what was under way has not ended yet" : "");
}

std::string describe_jobs(const outbox::Outbox::Counts& jobs) {
  const std::string next =
      jobs.next_due ? fmt::format("; next work at {}", format_time(*jobs.next_due)) : std::string();
  const std::string doubt =
      jobs.in_doubt == 0 ? std::string() : fmt::format(", {} to be sent once more", jobs.in_doubt);
  return fmt::format("{} due, {} waiting for a retry{}{}", jobs.due, jobs.waiting, doubt, next);
}

std::string describe_destination(const outbox::DestinationState& state, const Snapshot& snapshot) {
  if (state.failing_since) {
    const std::string fault =
        fmt::format("{} since {}: {}", state.stores_nothing ? "cannot store relays" : "unusable",
                    format_time(*state.failing_since), printable(state.reason, 600));
    return snapshot.holder ? fmt::format("{}; sending nothing meanwhile, next probe at {}", fault,
                                         format_time(state.probe_at.value_or(*state.failing_since)))
                           : fmt::format("{}; start `tender run` to resume", fault);
  }
  if (state.paused_until) {
    return fmt::format("asks tender to wait until {} (Retry-After)",
                       format_time(*state.paused_until));
  }
  return fmt::format("no problem known, {}{}", view::describe_answer(state, snapshot.taken_at),
                     state.concurrency && snapshot.holder
                         ? fmt::format("; sending {} request{} at a time for now",
                                       *state.concurrency, *state.concurrency == 1 ? "" : "s")
                         : std::string());
}

// zooid, and others that are not well.
void add_destinations(Rows& table, const Snapshot& snapshot) {
  for (const auto& destination : snapshot.destinations) {
    if (destination.first == infra::kZooid || !destination.second.is_well()) {
      table.push_back(
          {printable(destination.first, 80), describe_destination(destination.second, snapshot)});
    }
  }
}

// Work that a newer tender, or another program, left in the outbox.
void add_unknown(Rows& table, const Snapshot& snapshot) {
  for (const outbox::Outbox::Kept& line : snapshot.unknown) {
    table.push_back(
        {"unknown work", fmt::format("of kind {} for {}; this version of tender leaves it alone",
                                     printable(line.kind, 80), printable(line.destination, 80))});
  }
}

// What is not as it should be, each after "; ".
std::string describe_trouble(const Snapshot& snapshot) {
  const store::Query::RelayCounts& relays = snapshot.relays;
  std::string text;
  if (relays.not_served > 0) {
    text += fmt::format("; {} not served", relays.not_served);
  }
  const bool said_below = snapshot.config && !snapshot.config->missing.empty();
  if (has_lost_relays(snapshot) && !said_below) {
    text +=
        ": zooid's config directory may be gone; restore it, or run `tender reconcile --all "
        "--recreate`";
  }
  if (snapshot.reported > 0) {
    text += fmt::format("; {} left different, as RELAY_DRIFT or --drift says (see `tender diff`)",
                        snapshot.reported);
  }
  if (relays.parked > 0) {
    text += fmt::format("; {} at a host `tender-parked-…` until relays have swapped their hosts",
                        relays.parked);
  }
  if (snapshot.jobs.in_doubt > 0) {
    text += fmt::format("; {} to be sent once more, because an answer is missing",
                        snapshot.jobs.in_doubt);
  }
  return text;
}

// `count` and `what`, or nothing when there are none.
std::string if_any(std::string_view before, std::int64_t count, std::string_view what) {
  return count == 0 ? std::string() : fmt::format("{}{} {}", before, count, what);
}

std::string describe_relays(const Snapshot& snapshot) {
  const store::Query::RelayCounts& relays = snapshot.relays;
  const std::string failing = fmt::format("{} failing{}", relays.failing,
                                          relays.failing == 0 ? "" : " (see `tender relay list`)");
  return fmt::format(
      "{}: {} in step ({} seen live{}{}), {} pending, of which {}{}{}", relays.total, relays.synced,
      relays.live, if_any(", ", relays.off, "off"),
      if_any(", ", relays.unknown, "not seen for two sweeps"), relays.pending, failing,
      if_any("; ", snapshot.held,
             "held until you ask for them or change them (`tender relay list --state held`)"),
      describe_trouble(snapshot));
}

// The settings of a sidecar, if this command's environment has them all: it needs only the
// database, and `tender check` is there for the rest.
std::optional<config::Env> find_env(const Invocation& invocation) {
  try {
    return config::load_env(invocation.environment, invocation.env_file);
  } catch (const config::ConfigError&) {
    return std::nullopt;
  }
}

// A running sidecar has been started with its settings. Without one, they are those of this
// command's environment.
std::vector<std::string> find_unaccepted(StoreSession& session, const config::Env& env) {
  std::vector<std::string> names;
  for (const infra::SettingChange& change : infra::SettingChanges(session.database, env).find()) {
    if (change.needs_consent) {
      names.push_back(change.name);
    }
  }
  return names;
}

std::string describe_schedules(const store::ScheduleTable::Counts& schedules) {
  return fmt::format(
      "{} wait{}, the next at {}{}", schedules.waiting, schedules.waiting == 1 ? "s" : "",
      schedules.next_at ? format_time(*schedules.next_at) : "-",
      schedules.failing == 0
          ? std::string()
          : fmt::format("; {} failed last time: see `tender schedule list`", schedules.failing));
}

ExitCode status(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  Snapshot snapshot =
      view::take_snapshot(session.database, session.clock.now(), session.seen_since());
  const auto env = find_env(invocation);
  if (session.zooid_config_dir) {
    snapshot.config = view::survey_config_directory(session.query, *session.zooid_config_dir,
                                                    env ? &*env : nullptr);
  }
  if (env && !snapshot.holder) {
    snapshot.settings = find_unaccepted(session, *env);
  }
  snapshot.reported =
      session.query.count_reported_drift(env && env->relay_drift == config::RelayDrift::report);
  const ExitCode code = invocation.has("exit-code") && !view::waits_for_person(snapshot).empty()
                            ? ExitCode::some_failed
                            : ExitCode::ok;
  if (invocation.json()) {
    print_json(invocation.out, view::to_json(snapshot));
    return code;
  }
  Rows table{
      {"database", fmt::format("{} (schema version {})", snapshot.database, snapshot.schema)},
      {"sidecar", describe_sidecar(snapshot)}};
  if (const auto fault = env && snapshot.holder && env->admin.bind
                             ? find_api_fault(*env->admin.bind)
                             : std::nullopt) {
    table.push_back({"admin API", *fault});
  }
  if (const auto& pause = snapshot.pause) {
    table.push_back({"pause", describe_pause(*pause, snapshot)});
  }
  add_destinations(table, snapshot);
  table.push_back({"relays", describe_relays(snapshot)});
  if (snapshot.relays.other_identity > 0) {
    table.push_back(
        {"identity", describe_identities(session.query, snapshot.relays.other_identity)});
  }
  if (snapshot.config) {
    table.push_back({"config", view::describe(*snapshot.config)});
  }
  table.push_back({"outbox", describe_jobs(snapshot.jobs)});
  add_unknown(table, snapshot);
  table.push_back({"dead letters",
                   snapshot.dead_letters == 0
                       ? "none"
                       : fmt::format("{}; see `tender dead-letter list`", snapshot.dead_letters)});
  if (snapshot.schedules.waiting > 0) {
    table.push_back({"schedules", describe_schedules(snapshot.schedules)});
  }
  if (!snapshot.settings.empty()) {
    table.push_back(
        {"settings", fmt::format("{} changed so that `tender run` refuses to start; see `tender "
                                 "settings show`, then run `tender settings accept`",
                                 fmt::join(snapshot.settings, ", "))});
  }
  table.push_back({"activity", fmt::format("newest row {}, {} not routed yet", snapshot.logged,
                                           snapshot.logged - snapshot.routed)});
  print_table(invocation.out, std::move(table));
  return code;
}

}  // namespace

const CommandSpec kStatus{
    .name = "status",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Show the state of sidecar, zooid, relays and outbox",
    .example = "tender status --exit-code",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{{"exit-code", "Exit with 4 when something waits for you"}};
        },
    .run = status};

}  // namespace tender::cli
