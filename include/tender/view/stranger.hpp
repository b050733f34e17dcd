// A stranger: a file in zooid's config directory that no row describes. What `tender diff`, `tender
// check` and others tell a person about it. Calls block as Database says.
#pragma once

#include <string>

#include "tender/config/env.hpp"
#include "tender/store/query.hpp"
#include "tender/zooid/config_file.hpp"

namespace tender::view {

/// "r1.toml, host blue.example.org", or "r1.toml" when the file names no host.
[[nodiscard]] std::string name_of_stranger(const zooid::ConfigFile& file);

/// Why `tender import` would leave it alone, and what to do; empty: it would take it over. Other
/// files are not looked at. Throws StoreError.
[[nodiscard]] std::string import_refusal(const store::Query& query, const config::Env& env,
                                         const zooid::ConfigFile& file);

/// What a person can do about it: import it, or why not, and how to delete it in zooid. Throws
/// StoreError.
[[nodiscard]] std::string advise_on_stranger(const store::Query& query, const config::Env& env,
                                             const zooid::ConfigFile& file);

}  // namespace tender::view
