// A secret that is given as a file of its own, for whoever reads it outside of the table of
// variables. Blocks.
#pragma once

#include <filesystem>

#include "tender/base/secret.hpp"

namespace tender::config {

/// The text of the file, without the line break at its end. Throws Error, which names the file:
/// it cannot be read, is empty or over 64 KiB, or other users can access it. The last is not a
/// mere warning, as it is for an env file: nothing but the secret is in it.
[[nodiscard]] Secret read_secret_file(const std::filesystem::path& path);

}  // namespace tender::config
