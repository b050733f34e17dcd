// Faults as the control API reads and shows them (docs/zooid-sim.md). Pure functions.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "zooid-sim/faults.hpp"

namespace zooid_sim {

/// A fault, or the text of what is wrong with its JSON. Unknown members are wrong, so that a
/// misspelt test does not pass.
struct FaultResult {
  std::optional<Fault> fault;
  std::string error;
};

[[nodiscard]] FaultResult read_fault(const nlohmann::json& document);

[[nodiscard]] nlohmann::json to_json(const Faults::Rule& rule);

}  // namespace zooid_sim
