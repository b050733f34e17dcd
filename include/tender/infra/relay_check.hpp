// Looks, some seconds after a sync, whether zooid serves the relay as it is described, and has it
// sent again when zooid does not: a relay whose reload failed is absent until its file is written
// once more (zooid-api.md). After three pushes in vain a person must look. The dispatcher drives
// it.
#pragma once

#include <memory>

#include "tender/base/log.hpp"
#include "tender/config/env.hpp"
#include "tender/http/transport.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

class RelayCheck {
 public:
  /// zooid reloads a relay within moments of its file being written; the first look comes after
  /// this long.
  static constexpr std::chrono::seconds kFirstLook{2};

  /// No check waits longer than this for its next look.
  static constexpr std::chrono::minutes kLongestWait{4};

  /// All is borrowed and must outlive the executions.
  RelayCheck(Database& database, Query query, Command command, const config::Env& env,
             http::Transport& transport, const Clock& clock, Logger& logger);

  /// The check that follows a sync; nothing when RELAY_VERIFY is off. Part of the caller's
  /// transaction.
  void schedule(const Relay& relay);

  /// Reads the relay as it is now; a relay that is not in step is not looked at.
  std::unique_ptr<outbox::Execution> begin(const outbox::Job& job);

 private:
  class Execution;

  Query query_;
  Command command_;
  const config::Env& env_;
  http::Transport& transport_;
  const Clock& clock_;
  Logger& logger_;
  outbox::Outbox outbox_;
  outbox::DeadLetters dead_letters_;
};

}  // namespace tender::infra
