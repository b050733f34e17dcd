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

/// Why `tender import` would leave a stranger alone.
struct ImportRefusal {
  std::string why{};                 // and what to do; empty: it would take it over
  bool is_of_deleted_relay = false;  // then `why` says how to delete the file
};

/// Other files are not looked at. Throws StoreError.
[[nodiscard]] ImportRefusal import_refusal(const store::Query& query, const config::Env& env,
                                           const zooid::ConfigFile& file);

/// What a person can do about it: import it, or why not, and how to delete it in zooid. `refusal`
/// is what import_refusal() returned for it.
[[nodiscard]] std::string advise_on_stranger(const zooid::ConfigFile& file,
                                             const ImportRefusal& refusal);

}  // namespace tender::view
