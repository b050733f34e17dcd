#include "store_session.hpp"

#include <ostream>

#include <fmt/ostream.h>
#include <unistd.h>

#include "tender/base/log_messages.hpp"
#include "tender/store/checkpointer.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/pause_table.hpp"

#include "pause_text.hpp"

namespace tender::cli {
namespace {

std::string caller() {
  return fmt::format("cli:{}", getuid());
}

}  // namespace

std::shared_ptr<Logger> start_logging(const config::StoreEnv& env) {
  auto logger = make_logger(env.log_level, env.log_format);
  for (const std::string& warning : env.warnings) {
    write_log(*logger, logs::kConfiguration, "warning", warning);
  }
  return logger;
}

StoreSession::StoreSession(const Invocation& invocation, store::OpenMode mode)
    : StoreSession(config::load_store_env(invocation.environment, invocation.env_file), mode) {}

StoreSession::StoreSession(const config::StoreEnv& env, store::OpenMode mode)
    : logger_(start_logging(env)),
      clock(io_.get_executor()),
      database(env.database_path, clock, store::open_options(mode, *logger_)),
      notify(clock, 1),
      query(database),
      command(store::Command(database, clock, random, notify).acting_for(caller())),
      principal(caller()),
      triggers(env.triggers),
      has_livekit(env.has_livekit),
      zooid_config_dir(env.zooid_config_dir),
      reserved_subdomains(env.reserved_subdomains),
      relay_sweep_(env.relay_sweep),
      host_domain_(env.host_domain) {}

StoreSession::~StoreSession() {
  store::checkpoint_unattended(database);
}

TimePoint StoreSession::seen_since() const {
  return view::seen_since(clock.now(), relay_sweep_);
}

view::RelayView StoreSession::relay_view() {
  return {database, seen_since(), host_domain_};
}

void StoreSession::hint_when_nobody_syncs(std::ostream& err) {
  if (const auto pause = store::PauseTable(database).find(clock.now())) {
    fmt::print(err, "tender is {}: this waits until then\n", text_of(*pause));
  }
  if (!store::DatabaseLock::holder(database.path())) {
    err << "no sidecar is running on this database: start `tender run`, or do the work now with "
           "`tender reconcile`\n";
  }
}

}  // namespace tender::cli
