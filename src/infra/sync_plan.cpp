#include "tender/infra/sync_plan.hpp"

#include <fmt/format.h>

#include "tender/zooid/relay_config.hpp"

namespace tender::infra {

std::string_view to_string(SyncPlan plan) {
  switch (plan) {
    case SyncPlan::create:
      return "create";
    case SyncPlan::update:
      return "update";
    case SyncPlan::remove:
      return "delete";
    case SyncPlan::reject:
      return "reject";
    case SyncPlan::look:
      return "look";
    case SyncPlan::skip:
      break;
  }
  return "skip";
}

namespace {

bool is_what_zooid_took(const config::Env& env, const Relay& relay) {
  return zooid::body_digest(zooid::update_body(relay, env)) == relay.synced_digest;
}

}  // namespace

bool is_unchanged(const config::Env& env, const Relay& relay) {
  const bool served = relay.live.value_or(env.relay_verify == config::RelayVerify::off);
  return relay.status != RelayStatus::deleted && served && relay.synced_revision &&
         !relay.doubt_until && is_what_zooid_took(env, relay);
}

SyncDecision plan_relay_sync(const store::Query& query, const config::Env& env, const Relay& relay,
                             Effort effort) {
  // Before the rules are asked: what zooid took once it is not asked to take again.
  if (effort == Effort::if_changed && is_unchanged(env, relay)) {
    return {SyncPlan::skip, "zooid last took exactly this"};
  }
  const Standing standing = query.standing_of(relay);
  if (const auto faults = validate(relay, standing); !faults.empty()) {
    const FieldFault& first = faults.front();
    return {SyncPlan::reject, fmt::format("{}: {}; {}", first.field, first.problem, first.remedy)};
  }
  if (relay.status == RelayStatus::deleted) {
    return {SyncPlan::remove, "the relay is deleted"};  // harmless where zooid never had it
  }
  if (env.reserved_subdomains.contains(relay.subdomain)) {
    return {SyncPlan::reject,
            fmt::format("subdomain: \"{}\" would give the relay the host of ZOOID_API_URL, where "
                        "zooid serves its API and never a relay; choose another subdomain",
                        relay.subdomain)};
  }
  if (standing == Standing::fresh) {
    return {SyncPlan::create, "zooid never took it"};
  }
  if (effort == Effort::recreate) {
    return {SyncPlan::update, "asked for; recreated if zooid has lost it"};
  }
  if (effort == Effort::forced) {
    return {SyncPlan::update, "asked for, changed or not"};
  }
  if (relay.doubt_until) {
    return {SyncPlan::update, "the outcome of an earlier request is unknown"};
  }
  if (relay.live == false) {
    return {SyncPlan::update, "zooid was seen not to serve it"};
  }
  if (relay.synced_digest.empty()) {
    return {SyncPlan::update, "it is uncertain what zooid holds"};
  }
  if (!is_what_zooid_took(env, relay)) {
    return {SyncPlan::update, "it is not what zooid took last"};
  }
  return {SyncPlan::look, "zooid last took exactly this; checking whether it serves the relay"};
}

bool may_overwrite_file(SyncPlan plan, const Relay& relay) {
  return plan == SyncPlan::update || (plan == SyncPlan::create && relay.doubt_until);
}

Effort effort_of(const outbox::Job& job) {
  if (job.recreate) {
    return Effort::recreate;
  }
  return job.forced ? Effort::forced : Effort::if_changed;
}

Milliseconds longest_doubt(const config::Env& env) {
  return 3 * env.zooid_api_timeout + env.relay_sync_settle;  // POST, then PATCH, then PUT
}

}  // namespace tender::infra
