#include "tender/infra/relay_sync_retry.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace tender::infra {

RelaySyncRetry::RelaySyncRetry(store::Query query, const config::Env& env, const Clock& clock,
                               Random& random)
    : query_(query),
      policy_(env.relay_sync_retry_max_attempts, env.relay_sync_retry_base,
              env.relay_sync_retry_cap),
      clock_(clock),
      random_(random) {}

outbox::Settlement RelaySyncRetry::decide(const Relay& relay, const std::string& error,
                                          std::optional<TimePoint> doubt_until) {
  const int failures = std::max(1, query_.count_trailing_sync_failures(relay.id));
  if (policy_.exhausted(failures)) {
    return outbox::GiveUp{
        .reason = outbox::DeadLetterReason::exhausted,
        .attempt = failures,
        .revision = relay.revision,
        .error = fmt::format("gave up after {} attempts; the last one: {}", failures, error)};
  }
  const TimePoint now = clock_.now();
  const Milliseconds settled_in = doubt_until ? *doubt_until - now : Milliseconds::zero();
  return outbox::Retry{.attempt = failures,
                       .not_before = now + policy_.delay(failures, random_, settled_in),
                       .error = error};
}

}  // namespace tender::infra
