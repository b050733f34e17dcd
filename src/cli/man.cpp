// `tender man`: the manual page, from the tables of commands and variables.
#include <ostream>
#include <string>

#include <fmt/format.h>

#include "tender/config/variable.hpp"

#include "command.hpp"
#include "command_words.hpp"

namespace tender::cli {
namespace {

// As text of roff, in ASCII, so that it does not depend on a locale.
std::string roff(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    if (rest.starts_with("…")) {
      out += "...";
      i += std::string_view("…").size() - 1;
    } else if (rest.starts_with("±")) {
      out += "\\[+-]";
      i += std::string_view("±").size() - 1;
    } else if (text[i] == '\\') {
      out += "\\e";
    } else if (text[i] == '-') {
      out += "\\-";
    } else if (text[i] == '\'') {
      out += "\\(aq";
    } else if (text[i] == '.' && i == 0) {
      out += "\\&.";
    } else if (text[i] == '\n') {
      out += ' ';
    } else if (text[i] != '`') {
      out += text[i];
    }
  }
  return out;
}

std::string option_text(const Option& option) {
  std::string help = option.help;
  if (!option.values.empty()) {
    help += fmt::format(": {}", fmt::join(option.values, ", "));
  }
  if (!option.default_value.empty()) {
    help += fmt::format(" (default: {})", option.default_value);
  }
  return roff(help);
}

std::string option_name(const Option& option) {
  std::string name;
  if (option.letter != 0) {
    name += fmt::format("\\fB\\-{}\\fR, ", option.letter);
  }
  name += fmt::format("\\fB\\-\\-{}{}\\fR", option.negatable ? "[no\\-]" : "", roff(option.name));
  if (!option.implicit_value.empty()) {
    return name + fmt::format("[=\\fI{}\\fR]", roff(option.value_name));
  }
  return option.value_name.empty() ? name
                                   : name + fmt::format(" \\fI{}\\fR", roff(option.value_name));
}

std::string command_section(const CommandSpec& command) {
  std::string text = fmt::format(".SS \"tender {}{}{}\"\n{}.\n", roff(command.name),
                                 command.arguments.empty() ? "" : " ", roff(command.arguments),
                                 roff(command.summary));
  for (const Option& option : all_options(command)) {
    if (option.name != "env-file") {  // of every command
      text += fmt::format(".TP\n{}\n{}.\n", option_name(option), option_text(option));
    }
  }
  return text + fmt::format(".PP\nExample: \\fB{}\\fR\n", roff(command.example));
}

std::string variables_section() {
  std::string text;
  for (const config::Variable& each : config::variables()) {
    text += fmt::format(".TP\n\\fB{}\\fR\n{}.{}\n", roff(each.name), roff(each.meaning),
                        each.default_value.empty()
                            ? std::string()
                            : fmt::format(" Default: {}.", roff(each.default_value)));
  }
  return text;
}

ExitCode man(const Invocation& invocation) {
  invocation.out << ".TH TENDER 1 \"\" \"tender " TENDER_VERSION
                    "\" \"User Commands\"\n"
                    ".SH NAME\ntender \\- keep the relays of a zooid in step with a SQLite "
                    "database\n"
                    ".SH SYNOPSIS\n\\fBtender\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n"
                    ".SH DESCRIPTION\n"
                    "The database says what each nostr relay of a zooid should be. tender sends "
                    "every change to zooid, and keeps sending until zooid has it. Options follow "
                    "the command. A RELAY is the id or the subdomain of a relay.\n"
                    ".PP\nEvery command takes \\fB\\-\\-help\\fR, and \\fB\\-\\-env\\-file\\fR "
                    "\\fIPATH\\fR to read variables from this file instead of .env.\n"
                    ".SH COMMANDS\n";
  for (const CommandSpec& command : command_table()) {
    invocation.out << command_section(command);
  }
  invocation.out
      << ".SH ENVIRONMENT\nVariables are also read from the env file; the environment "
         "wins. Each secret can be given by file, as NAME_FILE.\n"
      << variables_section()
      << ".SH EXIT STATUS\n"
         ".TP\n0\nok\n.TP\n1\nerror\n.TP\n2\nwrong usage or configuration\n"
         ".TP\n3\nzooid is unreachable, or refuses every request\n"
         ".TP\n4\nsome relays failed, differ or were left alone, or something waits for you "
         "(\\fBstatus \\-\\-exit\\-code\\fR)\n"
         ".SH FILES\n.TP\n.I .env\nvariables, in the working directory\n";
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kMan{.name = "man",
                       .arguments = "",
                       .min_names = 0,
                       .max_names = 0,
                       .summary = "Print the manual page, for man(1)",
                       .example = "tender man > tender.1",
                       .prints_data = false,
                       .options = nullptr,
                       .run = man};

}  // namespace tender::cli
