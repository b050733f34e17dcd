// Asks a person before something that cannot be taken back. Used by commands that have a --yes.
#pragma once

#include "command.hpp"

namespace tender::cli {

/// True with --yes. Otherwise it asks "continue? [y/N]" on stderr; what is about to be done must
/// stand there already. Throws UsageError when stdin is no terminal.
[[nodiscard]] bool is_confirmed(const Invocation& invocation);

}  // namespace tender::cli
