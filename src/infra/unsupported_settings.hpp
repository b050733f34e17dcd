// The settings that an older zooid does not have: it drops them without an error. RelayCheck sees
// it in zooid's files (FileComparison::unsupported) and says so once. Pure functions.
#pragma once

#include <string>

#include "tender/store/query.hpp"

namespace tender::infra {

/// Names what relays ask for of these settings, with the number of relays, and what to do. `s3`:
/// whether media is stored in S3. Empty when no relay asks for any.
[[nodiscard]] std::string describe_unsupported(const store::Query::SettingCounts& wanted, bool s3);

}  // namespace tender::infra
