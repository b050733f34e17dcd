// `tender status`: how things stand.
#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/host_state.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/outbox/router.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/migrations.hpp"

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

constexpr std::chrono::seconds kLateHeartbeat{25};  // it beats every 10 s

struct Snapshot {
  std::string database;
  int schema = 0;
  std::optional<DatabaseLock::Holder> holder;
  Milliseconds heartbeat_age{};
  Query::RelayCounts relays;
  outbox::Outbox::Counts jobs;
  outbox::HostState host;
  std::int64_t dead_letters = 0;
  std::int64_t logged = 0;
  std::int64_t routed = 0;
};

Snapshot take_snapshot(StoreSession& session) {
  const TimePoint now = session.clock.now();
  Snapshot snapshot;
  snapshot.database = session.database.path().string();
  snapshot.schema = schema_version(session.database);
  snapshot.holder = DatabaseLock::holder(session.database.path());
  if (snapshot.holder) {
    snapshot.heartbeat_age = std::max(Milliseconds::zero(), now - snapshot.holder->heartbeat);
  }
  snapshot.relays = session.query.count_relays();
  snapshot.jobs = outbox::Outbox(session.database).count(now);
  snapshot.host = outbox::read_host_state(session.database);
  if (snapshot.host.paused_until && *snapshot.host.paused_until <= now) {
    snapshot.host.paused_until.reset();  // it is over, and nothing had to be written since
  }
  snapshot.dead_letters = outbox::DeadLetters(session.database).count_open();
  snapshot.logged = session.query.last_activity_seq();
  snapshot.routed = outbox::Router(session.database).offset();
  return snapshot;
}

nlohmann::ordered_json to_json(const std::optional<TimePoint>& time) {
  return time ? nlohmann::ordered_json(time->time_since_epoch().count()) : nullptr;
}

nlohmann::ordered_json to_json(const outbox::HostState& host) {
  return {{"failing_since", to_json(host.failing_since)},
          {"reason", host.reason},
          {"probe_at", to_json(host.probe_at)},
          {"paused_until", to_json(host.paused_until)},
          {"stores_nothing", host.stores_nothing},
          {"concurrency", host.concurrency ? nlohmann::ordered_json(*host.concurrency) : nullptr}};
}

nlohmann::ordered_json to_json(const Snapshot& snapshot) {
  nlohmann::ordered_json json = {
      {"database", snapshot.database},
      {"schema_version", snapshot.schema},
      {"sidecar",
       {{"running", snapshot.holder.has_value()}, {"pid", nullptr}, {"heartbeat_age_ms", nullptr}}},
      {"relays",
       {{"total", snapshot.relays.total},
        {"synced", snapshot.relays.synced},
        {"pending", snapshot.relays.pending},
        {"failing", snapshot.relays.failing},
        {"in_doubt", snapshot.jobs.in_doubt},
        {"live", snapshot.relays.live},
        {"not_served", snapshot.relays.not_served}}},
      {"host", to_json(snapshot.host)},
      {"outbox",
       {{"due", snapshot.jobs.due},
        {"waiting", snapshot.jobs.waiting},
        {"next_due", nullptr},
        {"checks", snapshot.jobs.checks}}},
      {"dead_letters", snapshot.dead_letters},
      {"activity", {{"last_seq", snapshot.logged}, {"routed_seq", snapshot.routed}}}};
  if (snapshot.holder) {
    json["sidecar"]["heartbeat_age_ms"] = snapshot.heartbeat_age.count();
    if (snapshot.holder->pid) {
      json["sidecar"]["pid"] = *snapshot.holder->pid;
    }
  }
  if (snapshot.jobs.next_due) {
    json["outbox"]["next_due"] = snapshot.jobs.next_due->time_since_epoch().count();
  }
  return json;
}

std::string describe_sidecar(const Snapshot& snapshot) {
  if (!snapshot.holder) {
    return "not running; start `tender run`";
  }
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(snapshot.heartbeat_age);
  const std::string pid =
      snapshot.holder->pid ? fmt::format("pid {}, ", *snapshot.holder->pid) : std::string();
  return fmt::format("running ({}last heartbeat {} s ago{})", pid, age.count(),
                     age > kLateHeartbeat ? ": it does not work, see its log for what to do" : "");
}

std::string describe_jobs(const outbox::Outbox::Counts& jobs) {
  const std::string next =
      jobs.next_due ? fmt::format("; next work at {}", format_time(*jobs.next_due)) : std::string();
  return fmt::format("{} due, {} waiting for a retry{}", jobs.due, jobs.waiting, next);
}

std::string describe_host(const Snapshot& snapshot) {
  const outbox::HostState& host = snapshot.host;
  if (host.failing_since) {
    const std::string fault =
        fmt::format("{} since {}: {}", host.stores_nothing ? "cannot store relays" : "unusable",
                    format_time(*host.failing_since), printable(host.reason, 600));
    return snapshot.holder ? fmt::format("{}; sending nothing meanwhile, next probe at {}", fault,
                                         format_time(host.probe_at.value_or(*host.failing_since)))
                           : fmt::format("{}; start `tender run` to resume", fault);
  }
  if (host.paused_until) {
    return fmt::format("asks us to wait until {} (Retry-After)", format_time(*host.paused_until));
  }
  return fmt::format(
      "no fault known{}{}",
      host.concurrency && snapshot.holder
          ? fmt::format("; takes {} request{} at a time for now", *host.concurrency,
                        *host.concurrency == 1 ? "" : "s")
          : std::string(),
      snapshot.relays.failing == 0 ? "" : "; `tender relay list` shows which relays fail");
}

std::string describe_relays(const Query::RelayCounts& relays, std::int64_t in_doubt) {
  const std::string served = relays.not_served == 0
                                 ? std::string()
                                 : fmt::format("; {} seen not to be served", relays.not_served);
  const std::string doubt =
      in_doubt == 0
          ? std::string()
          : fmt::format("; {} to be sent once more, since an answer is missing", in_doubt);
  return fmt::format("{}: {} in step ({} seen live), {} pending, of which {} failing{}{}",
                     relays.total, relays.synced, relays.live, relays.pending, relays.failing,
                     served, doubt);
}

ExitCode status(const Invocation& invocation) {
  StoreSession session(invocation, OpenMode::existing);
  const Snapshot snapshot = take_snapshot(session);
  if (invocation.json()) {
    print_json(invocation.out, to_json(snapshot));
    return ExitCode::ok;
  }
  print_table(
      invocation.out,
      {{"database", fmt::format("{} (schema version {})", snapshot.database, snapshot.schema)},
       {"sidecar", describe_sidecar(snapshot)},
       {"zooid", describe_host(snapshot)},
       {"relays", describe_relays(snapshot.relays, snapshot.jobs.in_doubt)},
       {"outbox", describe_jobs(snapshot.jobs)},
       {"dead letters",
        snapshot.dead_letters == 0
            ? "none"
            : fmt::format("{}; see `tender dead-letter list`", snapshot.dead_letters)},
       {"log", fmt::format("newest activity {}, {} not routed yet", snapshot.logged,
                           snapshot.logged - snapshot.routed)}});
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kStatus{.name = "status",
                          .arguments = "",
                          .min_names = 0,
                          .max_names = 0,
                          .summary = "Show how things stand",
                          .example = "tender status",
                          .prints_data = true,
                          .options = nullptr,
                          .run = status};

}  // namespace tender::cli
