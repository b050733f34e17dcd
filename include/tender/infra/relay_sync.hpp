// The executor of relay_sync: decides what a sync sends (plan_relay_sync), gives it to SyncRunner
// as a SyncOrder, and settles its SyncReport. All that a sync reads from the database and writes
// into it is here. The dispatcher drives it.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/config/env.hpp"
#include "tender/infra/doubts.hpp"
#include "tender/infra/host_collisions.hpp"
#include "tender/infra/relay_check.hpp"
#include "tender/infra/relay_sync_retry.hpp"
#include "tender/infra/sync_plan.hpp"
#include "tender/infra/sync_runner.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

class RelaySync final : public outbox::Executor {
 public:
  /// Until a relay that zooid has lost with many others is tried again.
  static constexpr std::chrono::minutes kLostPause{15};

  /// All but the values is borrowed and must outlive the executions.
  RelaySync(store::Database& database, store::Query query, store::Command command,
            const config::Env& env, SyncRunner& runner, RelaySyncRetry& retry, RelayCheck& check,
            const Clock& clock, Logger& logger, const Metrics& metrics = {});

  /// Reads the relay as it is now. When a request is to go out, the row is marked first: until the
  /// sync completes it is uncertain what zooid holds. Overwrites as may_overwrite_file() says.
  std::unique_ptr<outbox::Execution> begin(const outbox::Job& job, bool may_overwrite) override;

 private:
  class Execution;

  [[nodiscard]] std::optional<TimePoint> host_is_free_at(const Relay& relay,
                                                         outbox::Priority priority);
  [[nodiscard]] std::optional<TimePoint> committed_at(const outbox::Job& job) const;
  [[nodiscard]] SyncOrder order(const Relay& relay, SyncPlan plan, Effort effort) const;
  void note_leftover(const RelayId& id, Leftover leftover);

  store::Query query_;
  store::Command command_;
  const config::Env& env_;
  SyncRunner& runner_;
  RelaySyncRetry& retry_;
  RelayCheck& check_;
  const Clock& clock_;
  Logger& logger_;
  outbox::Outbox outbox_;
  Doubts doubts_;
  std::set<std::string> left_behind_;  // relays whose creation failed: their files are torn
  HostCollisions collisions_;
  // Of relays whose work is done once more: the command that was sent then.
  std::map<std::string, std::int64_t> asked_before_;
  bool warned_of_livekit_ = false;
  Counter syncs_;
  Histogram durations_;
  Histogram commits_to_requests_;
};

}  // namespace tender::infra
