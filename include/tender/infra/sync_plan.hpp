// What a sync of a relay would do, decided from its row and the activity log: the sync rules
// (docs/how-it-decides.md). Reads the database and writes nothing.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"
#include "tender/outbox/job.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

/// What a sync would do.
enum class SyncPlan : std::uint8_t {
  create,  // POST with a fresh identity: zooid never took this relay
  update,  // PATCH
  remove,  // DELETE: the row is a tombstone
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
[[nodiscard]] SyncDecision plan_relay_sync(const store::Query& query, const config::Env& env,
                                           const Relay& relay, Effort effort);

/// Whether a sync of that plan can replace a file that zooid has. An update does, and so does a
/// creation that may find the relay there: zooid truncates the relay's file, which holds its secret
/// key, before it writes it.
[[nodiscard]] bool may_overwrite_file(SyncPlan plan, const Relay& relay);

/// The longest that a doubt about a request can last from its beginning: what zooid has not applied
/// by then, it never will.
[[nodiscard]] Milliseconds longest_doubt(const config::Env& env);

}  // namespace tender::infra
