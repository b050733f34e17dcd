#include <fmt/format.h>

#include "command_words.hpp"
#include "completion.hpp"

namespace tender::cli {
namespace {

// Within single quotes fish knows two escapes.
std::string fish_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  return out + "'";
}

std::string summary_of_group(const std::string& first) {
  return fmt::format("{}", fmt::join(second_words(first), ", "));
}

std::string value_part(const Option& option) {
  if (option.value_name.empty() || !option.implicit_value.empty()) {
    return {};
  }
  switch (value_of(option)) {
    case Completed::words:
      return fmt::format(" -xa {}", fish_text(fmt::format("{}", fmt::join(option.values, " "))));
    case Completed::relay:
      return " -xa '(__tender_relays)'";
    case Completed::file:
      return " -rF";
    case Completed::nothing:
      break;
  }
  return " -x";
}

std::string lines_of(const CommandSpec& command) {
  const std::string here = fmt::format("complete -c tender -n {}",
                                       fish_text(fmt::format("__tender_in {}", command.name)));
  std::string lines;
  for (const Option& option : all_options(command)) {
    const std::string letter =
        option.letter == 0 ? std::string() : fmt::format(" -s {}", option.letter);
    lines += fmt::format("{} -l {}{}{} -d {}\n", here, option.name, letter, value_part(option),
                         fish_text(option.help));
    if (option.negatable) {
      lines +=
          fmt::format("{} -l no-{} -d {}\n", here, option.name, fish_text(option.help + ": off"));
    }
  }
  if (command.name == "completion") {
    lines += here + " -a 'bash zsh fish'\n";
  } else if (names_of(command) == Completed::relay) {
    lines += here + " -a '(__tender_relays)'\n";
  } else if (names_of(command) == Completed::file) {
    lines += here + " -F\n";
  }
  return lines;
}

}  // namespace

std::string fish_completion() {
  std::string script =
      "# fish completion for tender, made by `tender completion fish`.\n"
      "function __tender_relays\n"
      "  command tender relay list -o name 2>/dev/null\n"
      "end\n"
      "# Whether the command line begins with these words; without any: whether it has none yet.\n"
      "function __tender_in\n"
      "  set -l given (commandline -opc)\n"
      "  set -e given[1]\n"
      "  if test \"$given[1]\" = help\n"
      "    set -e given[1]\n"
      "  end\n"
      "  if test (count $argv) -eq 0\n"
      "    test (count $given) -eq 0\n"
      "    return\n"
      "  end\n"
      "  set -l length (count $argv)\n"
      "  test (count $given) -ge $length; and test \"$given[1..$length]\" = \"$argv\"\n"
      "end\n"
      "function __tender_at\n"
      "  set -l given (commandline -opc)\n"
      "  __tender_in $argv; and test \"$given[-1]\" = \"$argv[-1]\"\n"
      "end\n"
      "complete -c tender -f\n"
      "complete -c tender -n __tender_in -a help -d 'Show help'\n"
      "complete -c tender -s h -l help -d 'Show help'\n";
  for (const std::string& first : first_words()) {
    if (!second_words(first).empty()) {
      script += fmt::format("complete -c tender -n __tender_in -a {} -d {}\n", first,
                            fish_text(summary_of_group(first)));
    }
  }
  for (const CommandSpec& command : command_table()) {
    const std::size_t space = command.name.find(' ');
    if (space == std::string_view::npos) {
      script += fmt::format("complete -c tender -n __tender_in -a {} -d {}\n", command.name,
                            fish_text(command.summary));
    } else {
      script += fmt::format("complete -c tender -n {} -a {} -d {}\n",
                            fish_text(fmt::format("__tender_at {}", command.name.substr(0, space))),
                            command.name.substr(space + 1), fish_text(command.summary));
    }
    script += lines_of(command);
  }
  return script;
}

}  // namespace tender::cli
