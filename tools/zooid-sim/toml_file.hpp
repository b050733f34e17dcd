// One relay's file, CONFIG/{id}.toml, which zooid keeps its config in. Blocks on the disk.
#pragma once

#include <filesystem>

#include "zooid-sim/config.hpp"

namespace zooid_sim {

/// The config that the file holds. The error says why it cannot be read: not there, not TOML, a
/// wrong type.
[[nodiscard]] ConfigResult load_toml(const std::filesystem::path& file);

/// Writes `config` beside the file and renames it into place. zooid itself truncates and writes; a
/// half-written file is a fault to inject (Fault::reload_fails), not an accident of a killed sim.
/// Throws std::system_error that names the file.
void save_toml(const std::filesystem::path& file, const Config& config);

}  // namespace zooid_sim
