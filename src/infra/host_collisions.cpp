#include "tender/infra/host_collisions.hpp"

#include <utility>

#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"

namespace tender::infra {

std::set<std::string> HostCollisions::relays() const {
  std::set<std::string> ids;
  for (const auto& [id, subdomain] : refused_) {
    ids.insert(id);
  }
  return ids;
}

std::vector<RelayId> HostCollisions::waiting_for(const std::string& subdomain) const {
  std::vector<RelayId> ids;
  for (const auto& [id, refused] : refused_) {
    if (!subdomain.empty() && refused == subdomain) {
      ids.push_back({id});
    }
  }
  return ids;
}

std::optional<Relay> HostCollisions::holder_of_host(const RelayId& id,
                                                    const store::Query& query) const {
  const auto found = refused_.find(id.text);
  if (found == refused_.end()) {
    return std::nullopt;
  }
  auto holder = query.get_relay_taken_under(found->second);
  return holder && holder->id != id ? std::move(holder) : std::nullopt;
}

bool HostCollisions::closes_a_circle(const RelayId& id, const store::Query& query) const {
  auto holder = holder_of_host(id, query);
  for (std::size_t steps = 0; steps < refused_.size() && holder && holder->id != id; ++steps) {
    holder = holder_of_host(holder->id, query);
  }
  return holder && holder->id == id;
}

bool HostCollisions::may_park(const Relay& relay) const {
  const auto found = parkings_.find(relay.id.text);
  return found == parkings_.end() || found->second.revision != relay.revision;
}

void HostCollisions::park(const Relay& relay) {
  parkings_[relay.id.text] = {.revision = relay.revision};
}

bool HostCollisions::take_parking(const Relay& relay) {
  const auto found = parkings_.find(relay.id.text);
  return found != parkings_.end() && found->second.revision == relay.revision &&
         !std::exchange(found->second.done, true);
}

std::string HostCollisions::parking_subdomain(const RelayId& id) {
  constexpr std::size_t digits = 16;
  return "tender-parked-" + nostr::to_hex(nostr::sha256(id.text)).substr(0, digits);
}

}  // namespace tender::infra
