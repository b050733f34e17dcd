// Who is a member of a relay. zooid keeps that in the relay's own database, which survives its
// config; here the control API says it, and until it does the owner is the only member.
#pragma once

#include <map>
#include <set>
#include <string>

#include "zooid-sim/config.hpp"

namespace zooid_sim {

class Members {
 public:
  void set(const std::string& id, std::set<std::string> pubkeys) { said_[id] = std::move(pubkeys); }

  /// Sorted, as zooid lists them.
  [[nodiscard]] std::set<std::string> of(const std::string& id, const Config& config) const {
    const auto found = said_.find(id);
    return found == said_.end() ? std::set<std::string>{config.info.pubkey} : found->second;
  }

 private:
  std::map<std::string, std::set<std::string>> said_;
};

}  // namespace zooid_sim
