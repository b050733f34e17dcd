// What the process tells its caller (docs/cli.md).
#pragma once

namespace tender::cli {

enum class ExitCode : int {
  ok = 0,
  error = 1,
  usage = 2,        // usage or configuration
  unreachable = 3,  // zooid cannot be reached, or refuses us
  some_failed = 4,  // some relays failed
};

}  // namespace tender::cli
