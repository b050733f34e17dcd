// The command line: finds the command that the arguments name, parses its options, runs it, and
// turns what goes wrong into one message with a remedy and an exit code. main calls it; one file
// per command.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "tender/cli/exit_code.hpp"
#include "tender/config/environment.hpp"

namespace tender::cli {

/// Runs `tender ARGUMENTS…` (without the program's own name). Data goes to `out`, everything else
/// to `err` and to the process's stderr (logs). Blocks until the command is done; throws nothing of
/// what it expects.
[[nodiscard]] ExitCode run_command_line(const std::vector<std::string>& arguments,
                                        const config::Environment& environment, std::ostream& out,
                                        std::ostream& err);

}  // namespace tender::cli
