// `tender status`: how things stand.
#include "tender/view/status.hpp"

#include <ostream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "output.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

using view::Snapshot;

constexpr std::chrono::seconds kLateHeartbeat{25};  // it beats every 10 s

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
  const Snapshot snapshot = view::take_snapshot(session.database, session.clock.now());
  if (invocation.json()) {
    print_json(invocation.out, view::to_json(snapshot));
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
