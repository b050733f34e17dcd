#include "zooid-sim/duplicates.hpp"

namespace zooid_sim {
namespace {

std::optional<std::string> find_clash(const Config& config, const Config& other) {
  if (other.schema == config.schema) {
    return "schema \"" + config.schema + "\" is already in use";
  }
  if (other.host == config.host) {
    return "host \"" + config.host + "\" is already in use";
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::string> find_duplicate(const Config& config, const std::string& id,
                                          const std::map<std::string, StoredRelay>& relays) {
  for (const auto& [other, relay] : relays) {
    const Config* theirs = relay.readable();
    auto clash = other == id || theirs == nullptr ? std::nullopt : find_clash(config, *theirs);
    if (clash) {
      return clash;
    }
  }
  return std::nullopt;
}

}  // namespace zooid_sim
