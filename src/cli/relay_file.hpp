// The file of `tender apply`: a list of relays in YAML, or in JSON, with the names of the fields
// that `relay show --json` prints. Reading it needs no database.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tender/model/relay.hpp"

namespace tender::cli {

/// What the file says of one relay; what it does not name stays as it is.
struct DescribedRelay {
  int line = 0;           // where it begins, from 1
  std::string subdomain;  // in `change`, too
  std::string id;         // empty: not given
  RelayChange change;     // without the admins, until the plan is made
  std::optional<RelayStatus> status;
  std::optional<std::vector<std::string>> admins{};  // all of them, as hex
};

struct RelayFile {
  std::vector<DescribedRelay> relays;  // each has a subdomain, and no two have the same
  std::vector<std::string> faults;  // "line 3: …; remedy": all that can be seen without a database
};

/// Fields that only tender writes (`synced`, `state`, …) are passed over, so that what `relay list
/// --json` prints is such a file. `tenant` may be any form of a public key.
[[nodiscard]] RelayFile read_relay_file(const std::string& text);

}  // namespace tender::cli
