#include "help.hpp"

#include <ostream>

#include <fmt/ostream.h>

namespace tender::cli {
namespace {

std::string usage_of(const CommandSpec& command) {
  std::string usage(command.name);
  if (!command.arguments.empty()) {
    usage += fmt::format(" {}", command.arguments);
  }
  return usage;
}

void print_row(const CommandSpec& command, std::ostream& out) {
  fmt::print(out, "  {:<28} {}\n", usage_of(command), command.summary);
}

}  // namespace

void print_overview(std::ostream& out) {
  out << "tender keeps a zooid relay host in step with its database.\n\nUsage: tender COMMAND "
         "[OPTIONS]\n\nCommands:\n";
  for (const CommandSpec& command : command_table()) {
    print_row(command, out);
  }
  out << "\n`tender COMMAND --help` tells more, with an example. Variables: `tender env-example`.\n"
         "Exit codes: 0 ok, 1 error, 2 usage or configuration, 3 zooid unreachable, 4 some relays "
         "failed.\n";
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

void print_help(const CommandSpec& command, const std::string& options, std::ostream& out) {
  fmt::print(out, "{}.\n\nUsage: tender {} [OPTIONS]\n", command.summary, usage_of(command));
  // The library's own head says nothing more: only its table of options is wanted.
  const std::size_t table = options.find("\n\n", options.find("Usage:"));
  out << (table == std::string::npos ? options : options.substr(table + 1));
  fmt::print(out, "\nExample:\n  {}\n", command.example);
}

}  // namespace tender::cli
