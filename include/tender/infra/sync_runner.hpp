// Carries out a SyncOrder: sends the relay to zooid and reports what was seen. It touches no
// database and knows nothing of the outbox's rows, so that it could run elsewhere. Used by
// RelaySync, and by the dispatcher as the prober of zooid; on the one thread.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"
#include "tender/config/env.hpp"
#include "tender/infra/sync_order.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/zooid/client.hpp"

namespace tender::infra {

/// What a judged answer shows of zooid, which all relays share.
[[nodiscard]] outbox::DestinationSign destination_sign(const zooid::Verdict& verdict);

class SyncRunner final : public outbox::Prober {
 public:
  /// All is borrowed and must outlive the coroutines.
  SyncRunner(const config::Env& env, zooid::Client& client, const Clock& clock, Random& random)
      : env_(env), client_(client), clock_(clock), random_(random) {}

  /// Takes up to three requests, and one look, of at most ZOOID_API_TIMEOUT each. Failures are in
  /// the report; throws nothing.
  boost::asio::awaitable<SyncReport> run(SyncOrder order);

  /// `answers` takes one request, `stores` a few (zooid::try_scratch_relay).
  boost::asio::awaitable<outbox::DestinationSign> probe(outbox::Probe what) override;

 private:
  class Attempt;

  const config::Env& env_;
  zooid::Client& client_;
  const Clock& clock_;
  Random& random_;
  std::string storage_error_;  // zooid's newest; empty: it can store, as far as is known
};

}  // namespace tender::infra
