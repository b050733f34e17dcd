// What is printed of the table of variables: env.example and README.md's table.
#include <optional>

#include <fmt/format.h>

#include "tender/config/variable.hpp"

namespace tender::config {
namespace {

constexpr std::string_view kExampleHead =
    R"(# The configuration of tender. Copy this file to .env and fill in the three required values.
# Lines that are commented out show the defaults. A variable in the environment wins over its line
# here. An empty one counts as not given. Durations: 200ms, 5s, 15m, 1h, 2d.
#
# A secret can be in a file: write NAME_FILE=/run/secrets/name instead of NAME=...
# Only you should be able to read .env: chmod 600 .env
)";

std::string without_backticks(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != '`') {
      result += c;
    }
  }
  return result;
}

// The comment above a variable, broken into lines of at most 100 characters.
std::string comment(std::string_view text) {
  constexpr std::size_t width = 98;
  std::string result;
  std::string rest = without_backticks(text);
  while (rest.size() > width) {
    const std::size_t space = rest.rfind(' ', width);
    result += "# " + rest.substr(0, space) + "\n";
    rest.erase(0, space + 1);
  }
  return result + "# " + rest + "\n";
}

std::string notes(const Variable& variable) {
  std::string result(variable.meaning);
  if (variable.required) {
    result += " (required)";
  }
  if (!variable.example.empty()) {
    result += fmt::format("; {}", variable.example);
  }
  return result;
}

std::string default_cell(const Variable& variable) {
  if (variable.required) {
    return "**required**";
  }
  return variable.default_value.empty() ? "none" : fmt::format("`{}`", variable.default_value);
}

}  // namespace

std::string env_example() {
  std::string text(kExampleHead);
  std::optional<Group> group;
  for (const Variable& variable : variables()) {
    if (variable.group != group) {
      group = variable.group;
      text += fmt::format("\n# ---- {}\n", title(variable.group));
    }
    text += fmt::format("\n{}{}{}={}\n", comment(notes(variable)), variable.required ? "" : "#",
                        variable.name, variable.default_value);
  }
  return text;
}

std::string configuration_table() {
  std::string text = "| Variable | Default | Meaning |\n| --- | --- | --- |\n";
  std::optional<Group> group;
  for (const Variable& variable : variables()) {
    if (variable.group != group) {
      group = variable.group;
      text += fmt::format("| **{}** | | |\n", title(variable.group));
    }
    text += fmt::format(
        "| `{}` | {} | {}{} |\n", variable.name, default_cell(variable), variable.meaning,
        variable.secret ? fmt::format("; secret, also as `{}`", file_variable(variable)) : "");
  }
  return text;
}

}  // namespace tender::config
