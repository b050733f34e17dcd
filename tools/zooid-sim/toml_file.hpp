// One relay's file, CONFIG/{id}.toml, which zooid keeps its config in. Blocks on the disk.
#pragma once

#include <cstdint>
#include <filesystem>

#include "zooid-sim/config.hpp"

namespace zooid_sim {

/// The config that the file holds. The error says why it cannot be read: not there, not TOML, a
/// wrong type.
[[nodiscard]] ConfigResult load_toml(const std::filesystem::path& file, Generation generation);

/// Truncates the file and writes it in pieces of 4,096 bytes, as zooid does, without a rename: when
/// the volume is full, what was there is gone. After `room` bytes it acts as if the volume were
/// full. Throws FileError.
void save_toml(const std::filesystem::path& file, const Config& config, Generation generation,
               std::uintmax_t room);

}  // namespace zooid_sim
