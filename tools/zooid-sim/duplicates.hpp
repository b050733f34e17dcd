// zooid refuses a schema or a host that another relay uses. It looks through all of them on each
// write. A pure function.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "zooid-sim/config_store.hpp"

namespace zooid_sim {

/// The text of the 409 when a relay other than `id` uses config's schema or host; nothing when none
/// does. A relay whose file cannot be read is passed over.
[[nodiscard]] std::optional<std::string> find_duplicate(
    const Config& config, const std::string& id, const std::map<std::string, StoredRelay>& relays);

}  // namespace zooid_sim
