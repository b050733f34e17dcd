// Executes one sync: brings zooid to what the relay row says, by POST for a relay that zooid never
// took and PATCH for all others. The sync rules (docs/how-it-decides.md) are here. The
// dispatcher drives it.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "tender/base/log.hpp"
#include "tender/config/env.hpp"
#include "tender/infra/doubts.hpp"
#include "tender/infra/relay_check.hpp"
#include "tender/infra/relay_sync_retry.hpp"
#include "tender/outbox/executor.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::infra {

/// What a sync would do.
enum class SyncPlan : std::uint8_t {
  create,  // POST with a fresh identity: zooid never took this relay
  update,  // PATCH
  skip,    // nothing: zooid took exactly this last
  look,    // nothing either, but whether zooid serves that is not known
  reject,  // nothing: zooid could only refuse it
};

/// How far a sync is to go.
enum class Effort : std::uint8_t {
  if_changed,  // send what zooid does not have yet
  forced,      // send even what did not change
  recreate,    // and recreate what zooid has lost, or holds without its secret
};

[[nodiscard]] Effort effort_of(const outbox::Job& job);

[[nodiscard]] std::string_view to_string(SyncPlan plan);

struct SyncDecision {
  SyncPlan plan = SyncPlan::skip;
  std::string why;  // for people
};

/// Whether zooid took exactly what the row says last, and was seen to serve it since
/// (RELAY_VERIFY): there is nothing to do.
[[nodiscard]] bool is_unchanged(const config::Env& env, const Relay& relay);

/// What a sync of `relay` would do now. A relay is new only if it never completed a sync, by the
/// log and by the row: either may have been pruned or imported.
[[nodiscard]] SyncDecision plan_relay_sync(const Query& query, const config::Env& env,
                                           const Relay& relay, Effort effort);

/// The longest that a doubt about a request can last from its beginning: what zooid has not applied
/// by then, it never will.
[[nodiscard]] Milliseconds longest_doubt(const config::Env& env);

/// What a judged answer shows of the host that all relays share.
[[nodiscard]] outbox::DestinationSign destination_sign(const zooid::Verdict& verdict);

class RelaySync final : public outbox::Executor, public outbox::Prober {
 public:
  /// All but the values is borrowed and must outlive the executions.
  RelaySync(Database& database, Query query, Command command, const config::Env& env,
            zooid::Client& client, RelaySyncRetry& retry, RelayCheck& check, const Clock& clock,
            Random& random, Logger& logger);

  /// Reads the relay as it is now. When a request is to go out, the row is marked first: until the
  /// sync completes it is uncertain what zooid holds. An update overwrites, and so does a creation
  /// that may find the relay there: zooid truncates the relay's file, which holds its secret key,
  /// before it writes it.
  std::unique_ptr<outbox::Execution> begin(const outbox::Job& job, bool may_overwrite) override;

  /// `answers` takes one request, `stores` a few (zooid::try_scratch_relay).
  boost::asio::awaitable<outbox::DestinationSign> probe(outbox::Probe what) override;

 private:
  class Execution;

  Query query_;
  Command command_;
  const config::Env& env_;
  zooid::Client& client_;
  RelaySyncRetry& retry_;
  RelayCheck& check_;
  const Clock& clock_;
  Random& random_;
  Logger& logger_;
  outbox::Outbox outbox_;
  Doubts doubts_;
  std::string storage_error_;          // zooid's newest; empty: it can store, as far as is known
  std::set<std::string> left_behind_;  // relays whose creation failed: their files are torn
  std::set<std::string> collided_;     // whose newest answer was Outcome::host_taken
  bool warned_of_livekit_ = false;
};

}  // namespace tender::infra
