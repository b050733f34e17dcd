// A relay beside what zooid has of it, as programs are shown it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tender/infra/compare_relay.hpp"

namespace tender::view {

[[nodiscard]] nlohmann::ordered_json to_json(const infra::RelayComparison& seen);

}  // namespace tender::view
