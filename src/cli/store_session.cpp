#include "store_session.hpp"

#include <ostream>

#include <fmt/format.h>

#include "tender/store/checkpointer.hpp"
#include "tender/store/database_lock.hpp"

namespace tender::cli {

std::shared_ptr<Logger> start_logging(const config::StoreEnv& env) {
  auto logger = make_logger(env.log_level, env.log_format);
  for (const std::string& warning : env.warnings) {
    logger->warn("{}", warning);
  }
  return logger;
}

StoreSession::StoreSession(const Invocation& invocation, OpenMode mode)
    : StoreSession(config::load_store_env(invocation.environment, invocation.env_file), mode) {}

StoreSession::StoreSession(const config::StoreEnv& env, OpenMode mode)
    : logger_(start_logging(env)),
      clock(io_.get_executor()),
      database(env.database_path, clock, open_options(mode, *logger_)),
      notify(clock, 1),
      query(database),
      command(database, clock, random, notify),
      has_livekit(env.has_livekit),
      reserved_subdomain(env.reserved_subdomain) {}

std::optional<Relay> StoreSession::find_relay(const std::string& name) const {
  auto relay = query.find_relay(name);
  if (relay && relay->id.text == name && relay->subdomain != name) {
    if (const auto namesake = query.get_relay_of_subdomain(name)) {
      throw CommandError(
          fmt::format("\"{}\" is the id of relay {} and the subdomain of relay {}", name,
                      relay->subdomain, namesake->id.text),
          fmt::format("name the one by its subdomain, {}, or the other by its id, {}",
                      relay->subdomain, namesake->id.text));
    }
  }
  return relay;
}

StoreSession::~StoreSession() {
  checkpoint_unattended(database);
}

Relay StoreSession::require_relay(const std::string& name) const {
  auto relay = find_relay(name);
  if (!relay) {
    throw CommandError(fmt::format("there is no relay \"{}\"", printable(name, 80)),
                       "see `tender relay list` for the relays and their ids");
  }
  return std::move(*relay);
}

void StoreSession::hint_when_nobody_syncs(std::ostream& err) const {
  if (!DatabaseLock::holder(database.path())) {
    err << "no sidecar is running on this database: start `tender run`, or do the work now with "
           "`tender reconcile`\n";
  }
}

}  // namespace tender::cli
