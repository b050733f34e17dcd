// Relays that zooid refuses because another relay has their host. Usually the other one is about to
// get a new host itself, and waiting helps. When relays are to swap hosts, each waits for another:
// then one of them is parked, which means that it gets a host that nobody wants for a moment. Used
// by RelaySync; in memory only, since a collision shows itself again.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/model/relay.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

class HostCollisions {
 public:
  /// How long the others have, once one is parked, before it is sent again.
  static constexpr std::chrono::seconds kParked{2};

  /// zooid has refused to give the relay the host of that subdomain.
  void begin(const RelayId& id, const std::string& subdomain) { refused_[id.text] = subdomain; }
  /// It does not collide any more, or is not tried again.
  void end(const RelayId& id) { refused_.erase(id.text); }

  /// Those whose newest answer was a collision, and that are tried again.
  [[nodiscard]] std::set<std::string> relays() const;

  /// Those that were refused that subdomain; with an empty one, none.
  [[nodiscard]] std::vector<RelayId> waiting_for(const std::string& subdomain) const;

  /// The relay of ours with which that one collides; nothing when it is a stranger.
  [[nodiscard]] std::optional<Relay> holder_of_host(const RelayId& id,
                                                    const store::Query& query) const;

  /// Whether the relay collides with one that, through others or directly, collides with it.
  [[nodiscard]] bool closes_a_circle(const RelayId& id, const store::Query& query) const;

  /// Whether it may be parked: once for each revision, because what did not help then helps no
  /// more.
  [[nodiscard]] bool may_park(const Relay& relay) const;

  /// The next update of that revision is to park it.
  void park(const Relay& relay);

  /// Whether this update is to park it. The next one is not.
  [[nodiscard]] bool take_parking(const Relay& relay);

  /// The same for the same id; no relay has it by chance.
  [[nodiscard]] static std::string parking_subdomain(const RelayId& id);

 private:
  std::map<std::string, std::string> refused_;  // subdomains by the relay's id
  struct Parking {
    std::int64_t revision = 0;
    bool done = false;  // an update has gone out to do it
  };
  std::map<std::string, Parking> parkings_;  // by the relay's id
};

}  // namespace tender::infra
