// The scripts with which shells complete tender's command line, from the command table. Relays are
// completed by `tender relay list -o name`; when that fails, there is nothing to choose from.
#pragma once

#include <string>

namespace tender::cli {

[[nodiscard]] std::string bash_completion();
[[nodiscard]] std::string zsh_completion();
[[nodiscard]] std::string fish_completion();

}  // namespace tender::cli
