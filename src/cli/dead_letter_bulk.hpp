// `tender dead-letter retry --all | --reason R`: many relays at once.
#pragma once

#include "command.hpp"

namespace tender::cli {

/// Asks for a sync of every relay with an open dead letter, of one reason if --reason is given, and
/// resolves these letters. A person must confirm it.
[[nodiscard]] ExitCode retry_letters(const Invocation& invocation);

}  // namespace tender::cli
