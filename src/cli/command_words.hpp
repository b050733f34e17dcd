// What can be written on the command line, from the command table: for completion and the manual.
#pragma once

#include <string>
#include <vector>

#include "command.hpp"

namespace tender::cli {

/// All options of a command, --json and --env-file among them, as help lists them.
[[nodiscard]] std::vector<Option> all_options(const CommandSpec& command);

/// The first words of commands, each once, in the order of the table: "run", "relay", …
[[nodiscard]] std::vector<std::string> first_words();

/// The words that may follow that first word; none when it is a command of its own.
[[nodiscard]] std::vector<std::string> second_words(const std::string& first);

/// An option as it is written: "--push", "--no-push", "-o", "--output".
[[nodiscard]] std::vector<std::string> spellings(const Option& option);

/// What a positional argument or an option's value is, as far as it can be completed.
enum class Completed : std::uint8_t { nothing, relay, file, words };
[[nodiscard]] Completed names_of(const CommandSpec& command);
[[nodiscard]] Completed value_of(const Option& option);

}  // namespace tender::cli
