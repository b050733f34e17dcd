// Relays that zooid has served and serves no longer, since it was last seen to serve any. A few can
// have a fault of their own; when they are many, zooid as a whole has lost its relays. In memory: a
// restart counts from zero.
#pragma once

#include <cstddef>
#include <set>
#include <string>

#include "tender/model/relay.hpp"

namespace tender::infra {

class LostRelays {
 public:
  static constexpr std::size_t kMany = 10;

  void add(const RelayId& id) { ids_.insert(id.text); }

  /// zooid serves a relay.
  void forget() { ids_.clear(); }

  [[nodiscard]] std::size_t count() const { return ids_.size(); }
  [[nodiscard]] bool are_many() const { return ids_.size() >= kMany; }

 private:
  std::set<std::string> ids_;
};

}  // namespace tender::infra
