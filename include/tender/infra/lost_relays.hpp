// Relays that zooid served and no longer serves, counted since it was last seen to serve any relay.
// A few can have a fault of their own; when they are many, zooid as a whole has lost its relays. In
// memory: after a restart each counts again when it is looked at. RelayCheck uses it, on the one
// thread.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "tender/model/relay.hpp"

namespace tender::infra {

class LostRelays {
 public:
  /// So many are no longer the fault of single relays.
  static constexpr std::size_t kMany = 10;

  /// Whether it was not counted yet.
  bool add(const RelayId& id) { return ids_.insert(id.text).second; }

  /// zooid serves a relay.
  void forget() { ids_.clear(); }

  [[nodiscard]] std::size_t count() const { return ids_.size(); }
  [[nodiscard]] bool are_many() const { return ids_.size() >= kMany; }

 private:
  std::set<std::string> ids_;
};

}  // namespace tender::infra
