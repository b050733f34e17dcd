#include "wait.hpp"

#include <ostream>

#include <fmt/ostream.h>

#include "tender/config/duration.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/view/relay.hpp"

#include "output.hpp"
#include "pause_text.hpp"
#include "reconcile_watch.hpp"

namespace tender::cli {

Option wait_option() {
  return {.name = "wait",
          .help = "Wait until zooid has the change, or tender gives up, at most this long (60s)",
          .value_name = "DURATION",
          .implicit_value = "60s"};
}

Wait::Wait(const Invocation& invocation) : invocation_(invocation) {
  if (!invocation.has("wait")) {
    return;
  }
  const std::string& text = invocation.text("wait");
  patience_ = config::parse_duration(text);
  if (!patience_ || *patience_ == Milliseconds::zero()) {
    throw UsageError(fmt::format("--wait \"{}\" is not a duration above zero", printable(text, 40)),
                     "write --wait, or --wait=30s, --wait=5m");
  }
  env_ = config::load_env(invocation.environment, invocation.env_file);
}

void Wait::begin(const StoreSession& session) {
  after_seq_ = session.query.last_activity_seq();
}

ExitCode Wait::until_in_step(StoreSession& session, const Relay& relay) const {
  session.hint_when_nobody_syncs(invocation_.err);
  if (!patience_ || !env_) {
    return ExitCode::ok;
  }
  if (relay.synced) {  // nothing has changed that zooid is to have
    fmt::print(invocation_.err, "{}: {}\n", visible(relay.subdomain),
               to_string(ReconcileState::unchanged));
    return ExitCode::ok;
  }
  if (view::is_held(session.database, relay)) {  // nothing new was written that would be tried
    fmt::print(invocation_.err,
               "{}: held: tender gave up on it ({}); correct the cause and run `tender dead-letter "
               "retry {}`\n",
               visible(relay.subdomain), printable(relay.sync_error, 600),
               visible(relay.status == RelayStatus::deleted ? relay.id.text : relay.subdomain));
    return ExitCode::some_failed;
  }
  if (!store::DatabaseLock::holder(session.database.path())) {
    return ExitCode::some_failed;  // nobody would end the wait
  }
  const TimePoint now = session.clock.now();
  const auto pause = store::PauseTable(session.database).find(now);
  if (pause && outlasts(*pause, now, *patience_)) {
    return ExitCode::some_failed;  // nor would it end in time
  }
  ReconcileScope scope(session.database, {relay});
  ReconcileWatch watch(
      *env_, session.database, scope,
      {.wanted = {}, .awaited = {{.after_seq = after_seq_, .revision = relay.revision}}},
      [this](const ReconcileResult& result) {
        fmt::print(invocation_.err, "{}: {}{}{}\n", visible(result.subdomain),
                   to_string(result.state), result.error.empty() ? "" : ": ",
                   printable(result.error, 600));
      },
      nullptr);
  return exit_code_of(watch.until_done(*patience_));
}

}  // namespace tender::cli
