#include "tender/infra/reconcile_scope.hpp"

#include <utility>

#include "tender/infra/kinds.hpp"
#include "tender/infra/sync_plan.hpp"

namespace tender::infra {
namespace {

constexpr int kKeys = 256;

}  // namespace

ReconcileScope::ReconcileScope(store::Database& database, std::vector<Relay> named)
    : ReconcileScope(database, Kind::named) {
  named_ = std::move(named);
}

ReconcileScope::ReconcileScope(store::Database& database, Kind kind)
    : query_(database),
      outbox_(database),
      kind_(kind),
      pages_(query_, kind == Kind::unfinished ? &store::Query::next_relays_pending_sync
                                              : &store::Query::next_relays) {}

std::vector<Relay> ReconcileScope::next() {
  if (kind_ == Kind::named) {
    return std::exchange(named_, {});
  }
  auto relays = pages_.next();
  return relays.empty() && kind_ == Kind::unfinished ? next_at_work() : relays;
}

std::int64_t ReconcileScope::estimate() const {
  switch (kind_) {
    case Kind::named:
      break;
    case Kind::all:
      return query_.count_relays().total;
    case Kind::unfinished:
      return query_.count_relays().pending;
  }
  return static_cast<std::int64_t>(named_.size());
}

std::vector<Relay> ReconcileScope::next_at_work() {
  std::vector<Relay> relays;
  while (relays.empty()) {
    const auto keys = outbox_.list_keys(kRelaySync, last_key_, kKeys);
    if (keys.empty()) {
      break;
    }
    last_key_ = keys.back();
    for (const std::string& key : keys) {
      auto relay = query_.get_relay(RelayId{key});
      if (relay && relay->synced) {  // the others have come already
        relays.push_back(std::move(*relay));
      }
    }
  }
  return relays;
}

bool needs_nothing(const config::Env& env, store::Database& database, const Relay& relay) {
  const std::string& id = relay.id.text;
  return relay.synced && !outbox::Outbox(database).find(kRelaySync, id) &&
         !outbox::DeadLetters(database).find_open(kRelaySync, id) && is_unchanged(env, relay);
}

}  // namespace tender::infra
