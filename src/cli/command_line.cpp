#include "tender/cli/command_line.hpp"

#include <algorithm>
#include <memory>
#include <ostream>
#include <sstream>

#include <fmt/format.h>

#include <cxxopts.hpp>

#include "tender/base/log.hpp"
#include "tender/base/nearest.hpp"
#include "tender/store/command.hpp"

#include "command.hpp"
#include "command_words.hpp"
#include "help.hpp"
#include "output.hpp"

namespace tender::cli {
namespace {

// Slips of the keyboard, and no guesses.
constexpr std::size_t kSlip = 2;

constexpr const char* kSwitchValues = "write the switch alone, or with =true or =false";

// Messages quote what others wrote; only the line breaks of our own lists may pass.
std::string visible_lines(std::string_view text) {
  std::string lines;
  while (true) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += visible(text.substr(0, end));
    if (end == text.size()) {
      return lines;
    }
    lines += '\n';
    text.remove_prefix(end + 1);
  }
}

void print_error(std::ostream& err, const std::string& what, const std::string& remedy) {
  err << "tender: " << visible_lines(what) << '\n';
  if (!remedy.empty()) {
    err << "  what to do: " << visible_lines(remedy) << '\n';
  }
}

// The words of `arguments` that name the command, and the command; null when there is none.
struct Found {
  const CommandSpec* command = nullptr;
  std::size_t words = 0;
};

Found find_command(const std::vector<std::string>& arguments) {
  for (const std::size_t words : {std::size_t{2}, std::size_t{1}}) {
    if (arguments.size() < words) {
      continue;
    }
    std::string name = arguments[0];
    if (words == 2) {
      name += ' ' + arguments[1];
    }
    for (const CommandSpec& command : command_table()) {
      if (command.name == name) {
        return {&command, words};
      }
    }
  }
  return {};
}

// As cxxopts knows them: a negatable switch is two options.
std::vector<Option> with_negations(const std::vector<Option>& own) {
  std::vector<Option> options;
  for (const Option& option : own) {
    options.push_back(option);
    if (option.negatable) {
      options.push_back({"no-" + option.name, {}});
    }
  }
  return options;
}

void declare(const std::vector<Option>& accepted, cxxopts::Options& options) {
  auto add = options.add_options();
  for (const Option& option : accepted) {
    std::shared_ptr<cxxopts::Value> value = cxxopts::value<std::string>();
    if (option.value_name.empty()) {
      value = cxxopts::value<bool>();
    } else if (option.repeatable) {
      value = cxxopts::value<std::vector<std::string>>();
    }
    if (!option.default_value.empty()) {
      value->default_value(option.default_value);
    }
    if (!option.implicit_value.empty()) {
      value->implicit_value(option.implicit_value);
    }
    add(option.letter == 0 ? option.name : fmt::format("{},{}", option.letter, option.name), {},
        value);
  }
  add("h,help", {});
}

void check_value(const Option& option, const std::string& value) {
  if (!option.values.empty() && std::ranges::find(option.values, value) == option.values.end()) {
    throw UsageError(fmt::format("--{} \"{}\" is not allowed", option.name, printable(value, 80)),
                     fmt::format("give one of {}", fmt::join(option.values, ", ")));
  }
}

// `--push=false` is `--no-push`, and a switch without such a form is as if it were not given.
void collect_switch(const Option& option, bool on,
                    std::map<std::string, std::string, std::less<>>& given) {
  if (on) {
    given.emplace(option.name, "");
  } else if (option.negatable) {
    given.emplace("no-" + option.name, "");
  } else if (option.name.starts_with("no-")) {
    throw UsageError(fmt::format("--{}=false is a double negative", option.name),
                     fmt::format("write --{} or --{}", option.name.substr(3), option.name));
  }
}

std::map<std::string, std::string, std::less<>> collect(const std::vector<Option>& accepted,
                                                        const cxxopts::ParseResult& parsed) {
  std::map<std::string, std::string, std::less<>> given;
  for (const Option& option : accepted) {
    const bool present = parsed.count(option.name) > 0;
    if (option.value_name.empty()) {
      if (present) {
        collect_switch(option, parsed[option.name].as<bool>(), given);
      }
    } else if (!option.repeatable && (present || !option.default_value.empty())) {
      const auto& value = parsed[option.name].as<std::string>();
      check_value(option, value);
      given.emplace(option.name, value);
    }
  }
  return given;
}

std::map<std::string, std::vector<std::string>, std::less<>> collect_lists(
    const std::vector<Option>& accepted, const cxxopts::ParseResult& parsed) {
  std::map<std::string, std::vector<std::string>, std::less<>> lists;
  for (const Option& option : accepted) {
    if (option.repeatable && parsed.count(option.name) > 0) {
      lists.emplace(option.name, parsed[option.name].as<std::vector<std::string>>());
    }
  }
  return lists;
}

// What to do about a name too many: it may be meant for an option that takes its value after `=`
// only.
std::string remedy_for(const CommandSpec& command, const std::string& name) {
  for (const Option& option : command.options ? command.options() : std::vector<Option>()) {
    if (!option.implicit_value.empty()) {
      return fmt::format("if it is the value of --{0}, write --{0}={1}; see `tender {2} --help`",
                         option.name, printable(name, 80), command.name);
    }
  }
  return fmt::format("see `tender {} --help`", command.name);
}

void check_names(const CommandSpec& command, const std::vector<std::string>& names) {
  if (names.size() < command.min_names) {
    throw UsageError(fmt::format("`tender {}` needs {}", command.name, command.arguments),
                     fmt::format("for example: {}", command.example));
  }
  if (names.size() > command.max_names) {
    throw UsageError(fmt::format("`tender {}` does not take \"{}\"", command.name,
                                 printable(names[command.max_names], 80)),
                     remedy_for(command, names[command.max_names]));
  }
}

// What people may have meant by the first long option that the command does not have.
std::string option_meant(const std::vector<Option>& accepted,
                         const std::vector<std::string>& arguments) {
  std::vector<std::string> known{"--help"};
  for (const Option& option : accepted) {
    known.push_back("--" + option.name);
  }
  for (const std::string& argument : arguments) {
    const std::string name = argument.substr(0, argument.find('='));
    if (argument == "--") {
      break;
    }
    if (name.starts_with("--") && std::ranges::find(known, name) == known.end()) {
      return nearest(name, known, kSlip);
    }
  }
  return {};
}

// cxxopts takes more words for true and false, and its message does not name the option.
void check_switches(const std::vector<Option>& accepted,
                    const std::vector<std::string>& arguments) {
  for (std::size_t i = 0; i < arguments.size() && arguments[i] != "--"; ++i) {
    const std::string& argument = arguments[i];
    const std::size_t end = argument.find('=');
    const std::string name = argument.substr(0, end);
    const auto option = std::ranges::find_if(accepted, [&](const Option& each) {
      return name == "--" + each.name ||
             (each.letter != 0 && name == std::string{'-', each.letter});
    });
    if (option == accepted.end()) {
      continue;
    }
    const bool is_switch = option->value_name.empty();
    if (!is_switch && end == std::string::npos && option->implicit_value.empty()) {
      ++i;  // its value
    } else if (is_switch && end != std::string::npos) {
      const std::string value = argument.substr(end + 1);
      if (value != "true" && value != "false") {
        throw UsageError(
            fmt::format("{} \"{}\" is neither true nor false", name, printable(value, 40)),
            kSwitchValues);
      }
    }
  }
}

cxxopts::ParseResult parse(cxxopts::Options& options, const std::vector<Option>& accepted,
                           const CommandSpec& command, const std::vector<std::string>& arguments) {
  std::vector<const char*> raw{"tender"};
  for (const std::string& argument : arguments) {
    raw.push_back(argument.c_str());
  }
  try {
    return options.parse(static_cast<int>(raw.size()), raw.data());
  } catch (const cxxopts::exceptions::incorrect_argument_type& error) {
    throw UsageError(fmt::format("`tender {}`: {}", command.name, printable(error.what(), 160)),
                     kSwitchValues);
  } catch (const cxxopts::exceptions::no_such_option& error) {
    const std::string meant = option_meant(accepted, arguments);
    throw UsageError(
        fmt::format("`tender {}`: {}", command.name, printable(error.what(), 160)),
        fmt::format("{}see `tender {} --help`",
                    meant.empty() ? meant : fmt::format("did you mean {}? ", meant), command.name));
  } catch (const cxxopts::exceptions::exception& error) {
    throw UsageError(fmt::format("`tender {}`: {}", command.name, printable(error.what(), 160)),
                     fmt::format("see `tender {} --help`", command.name));
  }
}

ExitCode run_command(const CommandSpec& command, const std::vector<std::string>& arguments,
                     const config::Environment& environment, std::ostream& out, std::ostream& err) {
  cxxopts::Options options("tender " + std::string(command.name));
  const std::vector<Option> own = all_options(command);
  const std::vector<Option> accepted = with_negations(own);
  declare(accepted, options);
  check_switches(accepted, arguments);
  const auto parsed = parse(options, accepted, command, arguments);
  if (parsed.count("help") > 0) {
    print_help(command, own, out);
    return ExitCode::ok;
  }
  const auto& names = parsed.unmatched();
  check_names(command, names);
  config::EnvFile env_file = config::default_env_file();
  if (parsed.count("env-file") > 0) {
    env_file = {.path = parsed["env-file"].as<std::string>(), .required = true};
  }
  return command.run({.options = collect(accepted, parsed),
                      .lists = collect_lists(accepted, parsed),
                      .names = names,
                      .environment = environment,
                      .env_file = env_file,
                      .out = out,
                      .err = err});
}

[[noreturn]] void refuse_command(const std::vector<std::string>& arguments) {
  if (arguments[0].starts_with("-")) {
    throw UsageError(fmt::format("\"{}\" is not a command", printable(arguments[0], 80)),
                     "put options after it: tender COMMAND --option; see `tender --help`");
  }
  std::vector<std::string> known;
  for (const CommandSpec& command : command_table()) {
    known.emplace_back(command.name);
    known.emplace_back(command.name.substr(0, command.name.find(' ')));
  }
  std::string meant;
  if (arguments.size() > 1) {
    meant = nearest(arguments[0] + ' ' + arguments[1], known, kSlip);
  }
  if (meant.empty()) {
    meant = nearest(arguments[0], known, kSlip);
  }
  throw UsageError(
      fmt::format("there is no command \"{}\"",
                  printable(fmt::format("{}", fmt::join(arguments, " ")), 80)),
      fmt::format("{}see `tender --help`",
                  meant.empty() ? meant : fmt::format("did you mean `tender {}`? ", meant)));
}

// `tender help relay create` is `tender relay create --help`.
std::vector<std::string> without_help_word(std::vector<std::string> arguments) {
  if (arguments.size() > 1 && arguments[0] == "help") {
    arguments.erase(arguments.begin());
    arguments.emplace_back("--help");
  }
  return arguments;
}

ExitCode dispatch(const std::vector<std::string>& given, const config::Environment& environment,
                  std::ostream& out, std::ostream& err) {
  const std::vector<std::string> arguments = without_help_word(given);
  if (arguments.empty()) {
    print_overview(err);
    return ExitCode::usage;
  }
  if (arguments[0] == "--help" || arguments[0] == "-h" || arguments[0] == "help") {
    print_overview(out);
    return ExitCode::ok;
  }
  if (arguments[0] == "--version") {
    return run_command(kVersion, {}, environment, out, err);
  }
  const Found found = find_command(arguments);
  if (found.command == nullptr) {
    if (print_group(arguments, out)) {
      return ExitCode::ok;
    }
    const bool asks_for_help = given.size() > 1 && given[0] == "help";
    refuse_command({given.begin() + (asks_for_help ? 1 : 0), given.end()});
  }
  return run_command(
      *found.command,
      {arguments.begin() + static_cast<std::ptrdiff_t>(found.words), arguments.end()}, environment,
      out, err);
}

}  // namespace

std::vector<std::string> Invocation::list(std::string_view option) const {
  const auto found = lists.find(option);
  return found == lists.end() ? std::vector<std::string>() : found->second;
}

std::optional<bool> Invocation::flag(const std::string& name) const {
  const bool on = has(name);
  const bool off = has("no-" + name);
  if (on && off) {
    throw UsageError(fmt::format("--{0} and --no-{0} cannot be used together", name),
                     "give one of them");
  }
  return on || off ? std::optional(on) : std::nullopt;
}

ExitCode run_command_line(const std::vector<std::string>& arguments,
                          const config::Environment& environment, std::ostream& out,
                          std::ostream& err) {
  try {
    const ExitCode code = dispatch(arguments, environment, out, err);
    if (!out.flush() && reader_has_gone()) {
      return code;  // `| head` has read what it wanted
    }
    if (!out) {
      print_error(err, "the output could not be written", "check where stdout goes");
      return ExitCode::error;
    }
    return code;
  } catch (const UsageError& error) {
    print_error(err, error.what(), error.remedy());
    return ExitCode::usage;
  } catch (const config::ConfigError& error) {
    print_error(err, error.what(), {});
    return ExitCode::usage;
  } catch (const Error& error) {
    print_error(err, error.what(), error.remedy());
    return ExitCode::error;
  }
}

}  // namespace tender::cli
