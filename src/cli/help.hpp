// Help texts, from the command table.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "command.hpp"

namespace tender::cli {

/// All commands with their summaries.
void print_overview(std::ostream& out);

/// The commands that start with the word that `arguments` name (`tender relay`, `tender relay
/// --help`); false when there are none or more words follow.
[[nodiscard]] bool print_group(const std::vector<std::string>& arguments, std::ostream& out);

/// One command: usage, its options, an example.
void print_help(const CommandSpec& command, const std::vector<Option>& options, std::ostream& out);

}  // namespace tender::cli
