// `tender reconcile`: bring relays in step now and watch it being done, by the sidecar that holds
// the database's lock or, when there is none, by ourselves.
#include <algorithm>
#include <map>
#include <ostream>
#include <string>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/config/duration.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/infra/sync_plan.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/view/relay.hpp"

#include "command.hpp"
#include "confirm.hpp"
#include "output.hpp"
#include "pause_text.hpp"
#include "reconcile_watch.hpp"
#include "schedule_options.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

struct Wanted {
  bool forced = false;
  bool recreate = false;
  bool all = false;
};

ReconcileScope scope_of(const Invocation& invocation, StoreSession& session) {
  if (invocation.has("all")) {
    return {session.database, ReconcileScope::Kind::all};
  }
  if (invocation.names.empty()) {
    return {session.database, ReconcileScope::Kind::unfinished};
  }
  std::vector<Relay> relays;
  for (const std::string& name : invocation.names) {
    Relay relay = view::require_relay(session.query, name);
    if (std::ranges::find(relays, relay.id, &Relay::id) == relays.end()) {
      relays.push_back(std::move(relay));
    }
  }
  return {session.database, std::move(relays)};
}

void check_usage(const Invocation& invocation) {
  if (invocation.has("all") && !invocation.names.empty()) {
    throw UsageError("--all cannot be used together with names of relays", "use one or the other");
  }
  if (invocation.has("recreate") && invocation.names.empty() && !invocation.has("all")) {
    throw UsageError(
        "--recreate gives relays a new identity; it needs the names of the relays, or --all",
        "name the relays: tender reconcile blue green --recreate");
  }
}

Milliseconds read_timeout(const Invocation& invocation) {
  const std::string& text = invocation.text("timeout");
  const auto timeout = config::parse_duration(text);
  if (!timeout || *timeout == Milliseconds::zero()) {
    throw UsageError(
        fmt::format("--timeout \"{}\" is not a duration above zero", printable(text, 40)),
        "give more than zero, written as 30s, 5m or 1h");
  }
  return *timeout;
}

// How long to wait for results. During a pause none comes: what is asked for waits in the outbox.
Milliseconds patience_of(const Invocation& invocation, StoreSession& session,
                         Milliseconds timeout) {
  const TimePoint now = session.clock.now();
  const auto pause = store::PauseTable(session.database).find(now);
  if (!pause) {
    return timeout;
  }
  fmt::print(invocation.err, "tender is {}: nothing is sent until then\n", text_of(*pause));
  return outlasts(*pause, now, timeout) ? Milliseconds(1) : timeout;
}

struct Planned {
  const Relay& relay;
  infra::SyncDecision decision;
};

// What would be done, by what is asked for now, and before and is not done yet.
template <typename Print>
void for_each_plan(const config::Env& env, StoreSession& session, ReconcileScope& scope,
                   const Wanted& wanted, Print print) {
  const auto effort = wanted.recreate ? infra::Effort::recreate
                      : wanted.forced ? infra::Effort::forced
                                      : infra::Effort::if_changed;
  outbox::Outbox outbox(session.database);
  for (auto relays = scope.next(); !relays.empty(); relays = scope.next()) {
    for (const Relay& relay : relays) {
      const auto job = outbox.find(infra::kRelaySync, relay.id.text);
      print({relay, plan_relay_sync(session.query, env, relay,
                                    job ? std::max(effort, infra::effort_of(*job)) : effort)});
    }
  }
}

ExitCode dry_run(const Invocation& invocation, const config::Env& env, StoreSession& session,
                 ReconcileScope& scope, const Wanted& wanted) {
  if (invocation.json()) {
    JsonArray array(invocation.out);
    for_each_plan(env, session, scope, wanted, [&](const Planned& planned) {
      array.add({{"relay_id", planned.relay.id.text},
                 {"subdomain", planned.relay.subdomain},
                 {"plan", to_string(planned.decision.plan)},
                 {"why", planned.decision.why},
                 {"revision", planned.relay.revision}});
    });
    array.finish();
    return ExitCode::ok;
  }
  Table table(invocation.out);
  table.add({"RELAY", "ACTION", "WHY", "REVISION", "ID"});
  for_each_plan(env, session, scope, wanted, [&](const Planned& planned) {
    table.add({planned.relay.subdomain, std::string(to_string(planned.decision.plan)),
               planned.decision.why, std::to_string(planned.relay.revision),
               planned.relay.id.text});
  });
  table.finish();
  return ExitCode::ok;
}

void print_backfill_plan(const Invocation& invocation, const config::Env& env,
                         StoreSession& session) {
  std::map<infra::SyncPlan, int> counts;
  std::int64_t total = 0;
  ReconcileScope everything(session.database, ReconcileScope::Kind::all);
  for_each_plan(env, session, everything, {.forced = true, .recreate = true, .all = true},
                [&](const Planned& planned) {
                  ++counts[planned.decision.plan];
                  ++total;
                });
  fmt::print(invocation.err,
             "{} relay{}, the oldest first, updates one at a time{}:\n"
             "  {} that zooid has accepted before would be sent again; those that zooid has lost "
             "would be recreated with a new identity\n"
             "  {} that are new to zooid would be created\n"
             "  {} that zooid would refuse would not be sent\n",
             total, total == 1 ? "" : "s",
             env.relay_sync_rate > 0 ? fmt::format(", {} a second at most", env.relay_sync_rate)
                                     : std::string(),
             counts[infra::SyncPlan::update], counts[infra::SyncPlan::create],
             counts[infra::SyncPlan::reject]);
}

// Backfill gives many relays new identities: a person must confirm it, on the terminal or by --yes.
bool is_backfill_confirmed(const Invocation& invocation, const config::Env& env,
                           StoreSession& session, const Wanted& wanted) {
  if (!wanted.all || !wanted.recreate) {
    return true;
  }
  print_backfill_plan(invocation, env, session);
  return is_confirmed(invocation, "run it with --dry-run first, then with --yes");
}

void explain_interruption(const Invocation& invocation, const ReconcileSummary& summary,
                          std::int64_t estimate) {
  const std::int64_t done = summary.relays - summary.waiting;
  if (summary.complete) {
    fmt::print(invocation.err,
               "interrupted: {} of {} done; `tender run` or `tender reconcile` finishes the "
               "others\n",
               done, summary.relays);
  } else {
    fmt::print(invocation.err,
               "interrupted: {} of about {} done, {} queued. `tender run` or `tender reconcile` "
               "finishes the queued ones; run this command again for the rest\n",
               done, std::max(estimate, summary.relays), summary.waiting);
  }
}

void print_result(const Invocation& invocation, JsonArray& array, const ReconcileResult& result) {
  if (invocation.json()) {
    array.add(view::to_json(result));
  } else {
    fmt::print(invocation.out, "{}: {}{}{}\n", visible(result.subdomain), to_string(result.state),
               result.error.empty() ? "" : ": ", printable(result.error, 600));
  }
}

// The named ones, each by itself, or the others together.
ExitCode schedule_reconcile(const Invocation& invocation) {
  refuse_with_schedule(invocation, {"dry-run", "recreate"});
  StoreSession session(invocation, store::OpenMode::existing);
  std::vector<ScheduledWork> work;
  for (const std::string& name : invocation.names) {
    const Relay relay = view::require_relay(session.query, name);
    work.push_back({.command = ScheduledCommand::reconcile_relay,
                    .relay = relay.id,
                    .forced = invocation.has("force")});
  }
  if (work.empty()) {
    work.push_back({.command = ScheduledCommand::reconcile_relays,
                    .all = invocation.has("all"),
                    .forced = invocation.has("force")});
  }
  return schedule_work(invocation, session, work, /*as_array=*/true);
}

ExitCode reconcile(const Invocation& invocation) {
  check_usage(invocation);
  if (is_scheduled(invocation)) {
    return schedule_reconcile(invocation);
  }
  const Milliseconds timeout = read_timeout(invocation);
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  StoreSession session(invocation, store::OpenMode::existing);
  const Wanted wanted{.forced = invocation.has("force") || invocation.has("recreate"),
                      .recreate = invocation.has("recreate"),
                      .all = invocation.has("all")};
  ReconcileScope scope = scope_of(invocation, session);
  if (invocation.has("dry-run")) {
    return dry_run(invocation, env, session, scope, wanted);
  }
  if (!is_backfill_confirmed(invocation, env, session, wanted)) {
    invocation.err << "nothing was done\n";
    return ExitCode::error;
  }
  JsonArray array(invocation.out);
  const std::int64_t estimate = scope.estimate();
  ReconcileWatch watch(
      env, session.database, scope,
      {.wanted = {.forced = wanted.forced,
                  .recreate = wanted.recreate,
                  .bulk = invocation.names.empty()},  // nobody waits for one in particular
       .skip_unchanged = wanted.all && !wanted.forced},
      [&](const ReconcileResult& result) { print_result(invocation, array, result); },
      is_lively_terminal(invocation.environment) ? &invocation.err : nullptr);
  const ReconcileSummary summary = watch.until_done(patience_of(invocation, session, timeout));
  if (invocation.json()) {
    array.finish();
  } else if (summary.complete && summary.relays == 0) {
    invocation.err << "every relay is in step; use --all to check each of them, or --all --force "
                      "to send each of them again\n";
  }
  if (summary.interrupted) {
    explain_interruption(invocation, summary, estimate);
  }
  return exit_code_of(summary);
}

}  // namespace

const CommandSpec kReconcile{
    .name = "reconcile",
    .arguments = "[RELAY…]",
    .min_names = 0,
    .max_names = 10'000,
    .summary = "Sync relays now: the named ones, or all that are out of step",
    .example = "tender reconcile blue --force",
    .prints_data = true,
    .options =
        [] {
          std::vector<Option> options{
              {"all",
               "Check every relay; send those that zooid does not have in their newest state"},
              {"force", "Send a relay even if nothing changed"},
              {"recreate",
               "Recreate relays that zooid has lost or whose file is damaged; they get a new "
               "identity"},
              {"yes", "With --all --recreate: do not ask for confirmation"},
              {"dry-run", "Only show what would be done, and why"},
              {"timeout", "How long to wait for the next result", "DURATION", "60s"}};
          for (Option& option : later_options()) {
            options.push_back(std::move(option));
          }
          options.push_back(every_option());
          return options;
        },
    .run = reconcile};

}  // namespace tender::cli
