// Asks a person before something that cannot be taken back. Used by commands that have a --yes.
#pragma once

#include "command.hpp"

namespace tender::cli {

/// True with --yes. Otherwise it asks "continue? [y/N]" on stderr, where the caller has said what
/// would be done. Throws UsageError when stdin is not a terminal.
[[nodiscard]] bool is_confirmed(const Invocation& invocation);

}  // namespace tender::cli
