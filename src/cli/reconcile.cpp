// `tender reconcile`: bring relays in step now and watch it being done, by the sidecar that holds
// the database's lock or, when there is none, by ourselves.
#include <algorithm>
#include <iostream>
#include <map>
#include <ostream>
#include <string>

#include <fmt/ostream.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tender/config/duration.hpp"
#include "tender/infra/relay_sync.hpp"
#include "tender/outbox/outbox.hpp"

#include "command.hpp"
#include "output.hpp"
#include "reconcile_watch.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

struct Wanted {
  std::vector<Relay> relays;
  bool forced = false;
  bool recreate = false;
  bool all = false;
};

// Those that are not in step, and those that earlier work was asked for and is still to be done.
std::vector<Relay> unfinished(StoreSession& session) {
  outbox::Outbox outbox(session.database);
  std::vector<Relay> relays = session.query.list_relays();
  std::erase_if(relays, [&](const Relay& relay) {
    return relay.synced && !outbox.find(outbox::JobKind::relay_sync, relay.id.text);
  });
  return relays;
}

std::vector<Relay> choose_relays(const Invocation& invocation, StoreSession& session) {
  if (invocation.has("all")) {
    return session.query.list_relays();
  }
  if (invocation.names.empty()) {
    return unfinished(session);
  }
  std::vector<Relay> relays;
  for (const std::string& name : invocation.names) {
    Relay relay = session.require_relay(name);
    if (std::ranges::find(relays, relay.id, &Relay::id) == relays.end()) {
      relays.push_back(std::move(relay));
    }
  }
  return relays;
}

void check_usage(const Invocation& invocation) {
  if (invocation.has("all") && !invocation.names.empty()) {
    throw UsageError("--all and the names of relays contradict each other", "give one of them");
  }
  if (invocation.has("recreate") && invocation.names.empty() && !invocation.has("all")) {
    throw UsageError(
        "--recreate gives relays that zooid has lost a new identity, so it takes their names, or "
        "--all",
        "name the relays: tender reconcile blue green --recreate");
  }
}

Milliseconds read_timeout(const Invocation& invocation) {
  const std::string& text = invocation.text("timeout");
  const auto timeout = config::parse_duration(text);
  if (!timeout || *timeout == Milliseconds::zero()) {
    throw UsageError(fmt::format("--timeout \"{}\" is no time to wait", printable(text, 40)),
                     "give more than zero, written as 30s, 5m or 1h");
  }
  return *timeout;
}

ExitCode dry_run(const Invocation& invocation, const config::Env& env, StoreSession& session,
                 const Wanted& wanted) {
  auto array = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows{{"RELAY", "WOULD", "WHY", "REVISION", "ID"}};
  const auto effort = wanted.recreate ? infra::Effort::recreate
                      : wanted.forced ? infra::Effort::forced
                                      : infra::Effort::if_changed;
  outbox::Outbox outbox(session.database);
  for (const Relay& relay : wanted.relays) {
    // What was asked for before and is not done yet counts as well.
    const auto job = outbox.find(outbox::JobKind::relay_sync, relay.id.text);
    const auto decision = infra::plan_relay_sync(
        session.query, env, relay, job ? std::max(effort, infra::effort_of(*job)) : effort);
    const std::string plan(to_string(decision.plan));
    array.push_back({{"relay_id", relay.id.text},
                     {"subdomain", relay.subdomain},
                     {"plan", plan},
                     {"why", decision.why},
                     {"revision", relay.revision}});
    rows.push_back(
        {relay.subdomain, plan, decision.why, std::to_string(relay.revision), relay.id.text});
  }
  if (invocation.json()) {
    print_json(invocation.out, array);
  } else {
    print_table(invocation.out, rows);
  }
  return ExitCode::ok;
}

void print_backfill_plan(const Invocation& invocation, const config::Env& env,
                         const StoreSession& session, const Wanted& wanted) {
  std::map<infra::SyncPlan, int> counts;
  for (const Relay& relay : wanted.relays) {
    ++counts[plan_relay_sync(session.query, env, relay, infra::Effort::recreate).plan];
  }
  fmt::print(invocation.err,
             "{} relay{}, the oldest first, {} at a time{}:\n"
             "  {} that zooid has taken before are sent again; those that it has lost are made "
             "anew, with a new identity\n"
             "  {} that it has never taken are created\n"
             "  {} that it could only refuse are not sent\n",
             wanted.relays.size(), wanted.relays.size() == 1 ? "" : "s", env.relay_sync_concurrency,
             env.relay_sync_rate > 0 ? fmt::format(", {} a second at most", env.relay_sync_rate)
                                     : std::string(),
             counts[infra::SyncPlan::update], counts[infra::SyncPlan::create],
             counts[infra::SyncPlan::reject]);
}

// Backfill gives many relays new identities: a person says yes to it, on the terminal or by --yes.
bool is_confirmed(const Invocation& invocation, const config::Env& env, const StoreSession& session,
                  const Wanted& wanted) {
  if (!wanted.all || !wanted.recreate) {
    return true;
  }
  print_backfill_plan(invocation, env, session, wanted);
  if (invocation.has("yes")) {
    return true;
  }
  if (isatty(STDIN_FILENO) == 0) {
    throw UsageError("there is no terminal to ask on", "give --yes, after a --dry-run");
  }
  fmt::print(invocation.err, "go on? [y/N] ");
  invocation.err.flush();
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes";
}

void print_results(const Invocation& invocation, const std::vector<ReconcileResult>& results) {
  if (invocation.json()) {
    auto array = nlohmann::ordered_json::array();
    for (const ReconcileResult& result : results) {
      array.push_back({{"relay_id", result.relay.id.text},
                       {"subdomain", result.relay.subdomain},
                       {"result", to_string(result.state)},
                       {"error", result.error}});
    }
    print_json(invocation.out, array);
    return;
  }
  for (const ReconcileResult& result : results) {
    fmt::print(invocation.out, "{}: {}{}{}\n", visible(result.relay.subdomain),
               to_string(result.state), result.error.empty() ? "" : ": ",
               printable(result.error, 600));
  }
}

ExitCode exit_code_of(const std::vector<ReconcileResult>& results) {
  const auto failed = [](const ReconcileResult& result) { return !is_in_step(result.state); };
  const auto count = std::ranges::count_if(results, failed);
  if (count == 0) {
    return ExitCode::ok;
  }
  const auto unreachable = std::ranges::count_if(
      results, [](const ReconcileResult& result) { return result.host_fault; });
  return unreachable == count ? ExitCode::unreachable : ExitCode::some_failed;
}

ExitCode reconcile(const Invocation& invocation) {
  check_usage(invocation);
  const Milliseconds timeout = read_timeout(invocation);
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  StoreSession session(invocation, OpenMode::existing);
  const Wanted wanted{.relays = choose_relays(invocation, session),
                      .forced = invocation.has("force") || invocation.has("recreate"),
                      .recreate = invocation.has("recreate"),
                      .all = invocation.has("all")};
  if (invocation.has("dry-run")) {
    return dry_run(invocation, env, session, wanted);
  }
  if (wanted.relays.empty() && !invocation.json()) {
    invocation.err
        << "every relay is in step; --all looks at each of them, --all --force sends each "
           "of them again\n";
    return ExitCode::ok;
  }
  if (!is_confirmed(invocation, env, session, wanted)) {
    invocation.err << "nothing was done\n";
    return ExitCode::error;
  }
  ReconcileWatch watch(env, session.database, wanted.relays,
                       {.forced = wanted.forced,
                        .recreate = wanted.recreate,
                        .bulk = invocation.names.empty()},  // nobody waits for one in particular
                       is_lively_terminal(invocation.environment) ? &invocation.err : nullptr);
  const auto results = watch.until_done(timeout);
  print_results(invocation, results);
  if (watch.interrupted()) {
    const auto waiting =
        std::ranges::count(results, ReconcileState::waiting, &ReconcileResult::state);
    fmt::print(invocation.err,
               "interrupted: {} of {} done; `tender run`, or `tender reconcile`, goes on with the "
               "others\n",
               results.size() - static_cast<std::size_t>(waiting), results.size());
  }
  return exit_code_of(results);
}

}  // namespace

const CommandSpec kReconcile{
    .name = "reconcile",
    .arguments = "[RELAY…]",
    .min_names = 0,
    .max_names = 10'000,
    .summary = "Bring relays in step now: those named, or all that are not",
    .example = "tender reconcile blue --force",
    .prints_data = true,
    .options =
        [] {
          return std::vector<Option>{
              {"all", "Look at every relay; send those whose description zooid does not have yet"},
              {"force", "Send even what did not change"},
              {"recreate", "Make anew, with a new identity, relays that zooid has lost"},
              {"yes", "With --all --recreate: do not ask"},
              {"dry-run", "Only say what would be done, and why"},
              {"timeout", "How long to wait for the next result", "D", "60s"}};
        },
    .run = reconcile};

}  // namespace tender::cli
