// `tender relay delete --purge-stranger FILE`: delete a relay that zooid has and that no row
// describes. It asks zooid itself, because there is no row that a sidecar could bring in step.
#pragma once

#include "command.hpp"

namespace tender::cli {

/// Asks for confirmation first. Throws UsageError, ConfigError, CommandError when the relay is no
/// stranger, and StoreError.
[[nodiscard]] ExitCode purge_stranger(const Invocation& invocation);

}  // namespace tender::cli
