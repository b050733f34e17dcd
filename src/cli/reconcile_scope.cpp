#include "reconcile_scope.hpp"

#include <utility>

namespace tender::cli {
namespace {

constexpr int kKeys = 256;

}  // namespace

ReconcileScope::ReconcileScope(Database& database, std::vector<Relay> named)
    : query_(database),
      outbox_(database),
      named_(std::move(named)),
      pages_(query_, &Query::next_relays) {}

ReconcileScope::ReconcileScope(Database& database, Kind kind)
    : query_(database),
      outbox_(database),
      pages_(query_, kind == Kind::all ? &Query::next_relays : &Query::next_relays_pending_sync),
      all_(kind == Kind::all),
      unfinished_(kind == Kind::unfinished) {}

std::vector<Relay> ReconcileScope::next() {
  if (!all_ && !unfinished_) {
    return std::exchange(named_, {});
  }
  auto relays = pages_.next();
  return relays.empty() && unfinished_ ? next_at_work() : relays;
}

std::int64_t ReconcileScope::estimate() const {
  const auto counts = query_.count_relays();
  if (all_) {
    return counts.total;
  }
  return unfinished_ ? counts.pending : static_cast<std::int64_t>(named_.size());
}

std::vector<Relay> ReconcileScope::next_at_work() {
  std::vector<Relay> relays;
  while (relays.empty()) {
    const auto keys = outbox_.list_keys(outbox::JobKind::relay_sync, last_key_, kKeys);
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

}  // namespace tender::cli
