// What a command needs that works on the database: opened as configured, with Query and Command on
// it. Lives on the stack of the command's function.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include <boost/asio/io_context.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/base/random.hpp"
#include "tender/config/env.hpp"
#include "tender/store/command.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/view/relay.hpp"

#include "command.hpp"

namespace tender::cli {

/// The logger that `env` asks for, and its warnings through it.
[[nodiscard]] std::shared_ptr<Logger> start_logging(const config::StoreEnv& env);

class StoreSession {
 public:
  StoreSession(const Invocation& invocation, store::OpenMode mode);

  /// Keeps the write-ahead log small where only commands ever run.
  ~StoreSession();
  StoreSession(const StoreSession&) = delete;
  StoreSession& operator=(const StoreSession&) = delete;

  /// What was seen before that is not known any more: view::seen_since.
  [[nodiscard]] TimePoint seen_since() const;

  /// How relays are shown now.
  [[nodiscard]] view::RelayView relay_view();

  /// Says on `err` what keeps what was just written from being carried out now: a pause, or that no
  /// sidecar runs.
  void hint_when_nobody_syncs(std::ostream& err);

 private:
  boost::asio::io_context io_;
  std::shared_ptr<Logger> logger_;

 public:
  SystemClock clock;
  SystemRandom random;
  store::Database database;
  store::ActivityChannel notify;
  store::Query query;
  store::Command command;
  std::string principal;             // whoever runs the command
  config::TriggerSettings triggers;  // of this command's environment
  bool has_livekit;                  // whether this command's environment has LIVEKIT_*
  std::optional<std::filesystem::path> zooid_config_dir;
  std::set<std::string> reserved_subdomains;  // as config::StoreEnv has it

 private:
  StoreSession(const config::StoreEnv& env, store::OpenMode mode);

  Milliseconds relay_sweep_;
  std::optional<std::string> host_domain_;
};

}  // namespace tender::cli
