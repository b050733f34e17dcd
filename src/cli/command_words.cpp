#include "command_words.hpp"

#include <algorithm>

namespace tender::cli {
namespace {

std::string_view first_of(std::string_view name) {
  return name.substr(0, name.find(' '));
}

}  // namespace

std::vector<Option> all_options(const CommandSpec& command) {
  std::vector<Option> options;
  if (command.options != nullptr) {
    options = command.options();
  }
  if (command.prints_data) {
    options.push_back({"json", "Print JSON (docs/cli.md)"});
  }
  options.push_back({"env-file", "Read variables from this file instead of .env", "PATH"});
  return options;
}

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const CommandSpec& command : command_table()) {
    const std::string_view first = first_of(command.name);
    if (words.empty() || words.back() != first) {
      words.emplace_back(first);
    }
  }
  return words;
}

std::vector<std::string> second_words(const std::string& first) {
  std::vector<std::string> words;
  for (const CommandSpec& command : command_table()) {
    if (command.name.starts_with(first + ' ')) {
      words.emplace_back(command.name.substr(first.size() + 1));
    }
  }
  return words;
}

std::vector<std::string> spellings(const Option& option) {
  std::vector<std::string> written{"--" + option.name};
  if (option.negatable) {
    written.push_back("--no-" + option.name);
  }
  if (option.letter != 0) {
    written.push_back(std::string("-") + option.letter);
  }
  return written;
}

Completed names_of(const CommandSpec& command) {
  if (command.arguments.find("RELAY") != std::string_view::npos) {
    return Completed::relay;
  }
  const bool file = command.arguments.find("FILE") != std::string_view::npos ||
                    command.arguments.find("DIR") != std::string_view::npos;
  return file ? Completed::file : Completed::nothing;
}

Completed value_of(const Option& option) {
  if (!option.values.empty()) {
    return Completed::words;
  }
  if (option.value_name == "RELAY") {
    return Completed::relay;
  }
  return option.value_name == "PATH" || option.value_name.starts_with("FILE") ? Completed::file
                                                                              : Completed::nothing;
}

}  // namespace tender::cli
