// A config as TOML in the order and layout of zooid's encoder. The order matters: a file that was
// cut short holds what came first. A pure function.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace zooid_sim {

/// The text of an object of strings, booleans, lists of strings and objects of these.
[[nodiscard]] std::string toml_text(const nlohmann::ordered_json& object);

}  // namespace zooid_sim
