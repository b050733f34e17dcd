#include "zooid-sim/duplicates.hpp"

namespace zooid_sim {

std::optional<std::string> find_duplicate(const Config& config, const std::string& id,
                                          const std::map<std::string, StoredRelay>& relays) {
  for (const auto& [other, relay] : relays) {
    if (other == id || !relay.config) {
      continue;
    }
    if (relay.config->schema == config.schema) {
      return "schema \"" + config.schema + "\" is already in use";
    }
    if (relay.config->host == config.host) {
      return "host \"" + config.host + "\" is already in use";
    }
  }
  return std::nullopt;
}

}  // namespace zooid_sim
