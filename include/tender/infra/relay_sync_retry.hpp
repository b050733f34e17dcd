// What follows a failed sync of a relay: another try after a backoff that grows with the failures
// in the activity log, or a dead letter. One rule, used when a sync is settled and when Infra
// reconciles. Borrows what it is made of.
#pragma once

#include <optional>
#include <string>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"
#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/retry_policy.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

class RelaySyncRetry {
 public:
  /// Takes the policy from RELAY_SYNC_RETRY_*.
  RelaySyncRetry(store::Query query, const config::Env& env, const Clock& clock, Random& random);

  /// Retry or GiveUp (exhausted), by the consecutive failures at the end of the relay's activities
  /// (at least one is assumed). The retry comes after `doubt_until`, as far as the jitter allows,
  /// so that it ends the doubt, too. Reads the activity log; writes nothing.
  [[nodiscard]] outbox::Settlement decide(const Relay& relay, const std::string& error,
                                          std::optional<TimePoint> doubt_until);

  [[nodiscard]] int max_retries() const { return policy_.max_retries(); }

  /// No retry lies further ahead than this.
  [[nodiscard]] Milliseconds longest_delay() const { return policy_.longest(); }

 private:
  store::Query query_;
  outbox::RetryPolicy policy_;
  const Clock& clock_;
  Random& random_;
};

}  // namespace tender::infra
