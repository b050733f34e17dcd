// The `.env` file's syntax: lines of `KEY=VALUE`, an optional `export ` before the key, comments
// after `#`, values bare, 'single-quoted' or "double-quoted" (where \n, \" and \\ are escapes).
// Nothing is interpolated. Pure functions; which keys tender reads, and which are secret, is
// decided later.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tender/base/secret.hpp"
#include "tender/config/config_error.hpp"

namespace tender::config {

struct DotenvEntry {
  std::string key;
  Secret value;       // any value may be a secret: only the table knows
  std::string place;  // `<file>:<line>`
};

struct Dotenv {
  std::vector<DotenvEntry> entries;  // in the order of the file, each key once
  std::vector<EnvFault> faults;      // one for each broken line
};

/// Parses the text of a file that faults name as `file`. Faults quote nothing of a line but its
/// key, and that only where it is a name of ours: a broken line may hold half a secret.
[[nodiscard]] Dotenv parse_dotenv(std::string_view text, std::string_view file);

}  // namespace tender::config
