#include "tender/view/relay.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "tender/store/command.hpp"

namespace tender::view {
namespace {

constexpr std::array<std::string_view, 8> kSyncStates{
    "in step", "live", "off", "unknown", "not served", "pending", "failing", "deleted"};

}  // namespace

SyncState sync_state(const Relay& relay, TimePoint seen_since) {
  if (!relay.synced) {
    return relay.sync_error.empty() ? SyncState::pending : SyncState::failing;
  }
  if (relay.status == RelayStatus::deleted) {
    return SyncState::deleted;
  }
  if (!relay.live) {
    return SyncState::in_step;
  }
  if (!*relay.live) {
    return SyncState::not_served;
  }
  if (relay.seen_at && *relay.seen_at < seen_since) {
    return SyncState::unknown;
  }
  return relay.status == RelayStatus::active ? SyncState::live : SyncState::off;
}

TimePoint seen_since(TimePoint now, Milliseconds sweep) {
  return sweep == Milliseconds::zero() ? TimePoint::min() : now - 2 * sweep;
}

std::string_view to_string(SyncState state) {
  return kSyncStates.at(static_cast<std::size_t>(state));
}

Relay with_reason(Relay relay, const outbox::DestinationState& destination) {
  if (!relay.synced && relay.sync_error.empty()) {
    relay.sync_error = destination.reason;
  }
  return relay;
}

std::optional<Relay> find_relay(const store::Query& query, const std::string& name) {
  auto relay = query.find_relay(name);
  if (relay && relay->id.text == name && relay->subdomain != name) {
    if (const auto namesake = query.get_relay_of_subdomain(name)) {
      throw store::CommandError(
          fmt::format("\"{}\" is the id of relay {} and the subdomain of relay {}", name,
                      relay->subdomain, namesake->id.text),
          fmt::format("write {} for the first (its subdomain), or {} for the second (its id)",
                      relay->subdomain, namesake->id.text));
    }
  }
  return relay;
}

Relay require_relay(const store::Query& query, const std::string& name) {
  auto relay = find_relay(query, name);
  if (!relay) {
    throw store::NoSuchRelay(name);
  }
  return std::move(*relay);
}

std::string relay_name(const store::Query& query, const std::string& id) {
  const auto relay = query.get_relay(RelayId{id});
  return relay ? relay->subdomain : id;
}

}  // namespace tender::view
