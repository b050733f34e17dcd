#include "help.hpp"

#include <algorithm>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/ostream.h>

namespace tender::cli {
namespace {

constexpr std::size_t kTerminalWidth = 80;

std::string usage_of(const CommandSpec& command) {
  std::string usage(command.name);
  if (!command.arguments.empty()) {
    usage += fmt::format(" {}", command.arguments);
  }
  return usage;
}

std::string spelling(const Option& option) {
  const std::string letter =
      option.letter == 0 ? std::string() : fmt::format("-{}, ", option.letter);
  std::string value = option.value_name.empty() ? "" : " " + option.value_name;
  if (!option.implicit_value.empty()) {
    value = fmt::format("[={}]", option.value_name);
  }
  return fmt::format("{}--{}{}{}", letter, option.negatable ? "[no-]" : "", option.name, value);
}

std::string help_of(const Option& option) {
  std::string help = option.help;
  if (!option.values.empty()) {
    help += fmt::format(": {}", fmt::join(option.values, ", "));
  }
  if (!option.default_value.empty()) {
    help += fmt::format(" (default: {})", option.default_value);
  }
  return help;
}

// In lines that fit a terminal; those after the first are indented.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, text.find(' '));
    if (column > indent && column + 1 + word.size() > kTerminalWidth) {
      lines += '\n' + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
    text.remove_prefix(std::min(text.size(), word.size() + 1));
  }
  return lines;
}

void print_row(const CommandSpec& command, std::ostream& out) {
  fmt::print(out, "  {:<28} {}\n", usage_of(command), command.summary);
}

}  // namespace

void print_overview(std::ostream& out) {
  out << "tender keeps the relays of a zooid in step with a SQLite database.\n\n"
         "Usage: tender COMMAND [OPTIONS]\n\nCommands:\n";
  for (const CommandSpec& command : command_table()) {
    print_row(command, out);
  }
  out << "\n`tender help COMMAND` shows options and an example, `tender env-example` all "
         "variables.\n"
         "Exit codes: 0 ok, 1 error, 2 usage or configuration, 3 zooid unreachable, 4 some relays "
         "failed,\ndiffer or were left alone, or something waits for you.\n";
}

bool print_group(const std::vector<std::string>& arguments, std::ostream& out) {
  const bool only_help =
      arguments.size() == 2 && (arguments[1] == "--help" || arguments[1] == "-h");
  if (arguments.size() != 1 && !only_help) {
    return false;
  }
  bool any = false;
  for (const CommandSpec& command : command_table()) {
    if (command.name.starts_with(arguments[0] + ' ')) {
      if (!any) {
        fmt::print(out, "Usage: tender {} COMMAND [OPTIONS]\n\nCommands:\n", arguments[0]);
      }
      print_row(command, out);
      any = true;
    }
  }
  return any;
}

void print_help(const CommandSpec& command, const std::vector<Option>& options, std::ostream& out) {
  fmt::print(out, "{}.\n\nUsage: tender {} [OPTIONS]\n\n", command.summary, usage_of(command));
  std::vector<std::pair<std::string, std::string>> rows;
  std::size_t width = 0;
  for (const Option& option : options) {
    rows.emplace_back(spelling(option), help_of(option));
    width = std::max(width, rows.back().first.size());
  }
  rows.emplace_back("-h, --help", "Show this help");
  for (const auto& [name, help] : rows) {
    fmt::print(out, "  {:<{}}  {}\n", name, width, wrapped(help, width + 4));
  }
  fmt::print(out, "\nExample:\n  {}\n", command.example);
}

}  // namespace tender::cli
