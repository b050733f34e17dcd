// For bash and zsh: both call the same function, which writes what can follow, one a line.
#include <fmt/format.h>

#include "command_words.hpp"
#include "completion.hpp"

namespace tender::cli {
namespace {

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

std::string_view action_of(Completed what) {
  switch (what) {
    case Completed::relay:
      return "_tender_relays";
    case Completed::file:
      return "_tender_files";
    case Completed::nothing:
    case Completed::words:
      break;
  }
  return ":";
}

// What follows an option that takes a value, as patterns of a `case`.
std::string value_cases(const std::vector<Option>& options) {
  std::string cases;
  for (const Option& option : options) {
    if (option.value_name.empty() || !option.implicit_value.empty()) {
      continue;
    }
    const std::string action = value_of(option) == Completed::words
                                   ? fmt::format("_tender_words {}", joined(option.values))
                                   : std::string(action_of(value_of(option)));
    cases += fmt::format("        {}) {}; return ;;\n", fmt::join(spellings(option), "|"), action);
  }
  return cases;
}

std::string command_case(const CommandSpec& command) {
  const auto options = all_options(command);
  std::vector<std::string> written;
  for (const Option& option : options) {
    for (std::string& each : spellings(option)) {
      written.push_back(std::move(each));
    }
  }
  written.emplace_back("--help");
  const std::string names = command.name == "completion"
                                ? "_tender_words bash zsh fish"
                                : std::string(action_of(names_of(command)));
  return fmt::format(
      "    '{}')\n      case \"$previous\" in\n{}      esac\n"
      "      case \"$current\" in\n        -*) _tender_words {} ;;\n        *) {} ;;\n"
      "      esac ;;\n",
      command.name, value_cases(options), joined(written), names);
}

// Called with the words before the one to complete, without `tender`, and then that word.
std::string candidates() {
  std::string script =
      "_tender_words() { printf '%s\\n' \"$@\"; }\n"
      "_tender_files() { _tender_wants_files=1; }\n"
      "_tender_relays() { command tender relay list -o name \"${_tender_env[@]}\" 2>/dev/null || "
      ":; }\n\n"
      "_tender_candidates() {\n"
      "  local current=\"${@: -1}\" previous=\"${@: -2:1}\" first second\n"
      "  [ \"$1\" = help ] && [ $# -gt 1 ] && shift\n"
      "  first=\"$1\" second=\"${2-}\"\n"
      "  if [ $# -le 1 ]; then\n";
  script += fmt::format("    _tender_words {} help\n    return\n  fi\n", joined(first_words()));
  script += "  case \"$first\" in\n";
  for (const std::string& first : first_words()) {
    const auto seconds = second_words(first);
    if (!seconds.empty()) {
      script += fmt::format(
          "    {})\n      if [ $# -eq 2 ]; then _tender_words {}; return; fi\n"
          "      first=\"$first $second\" ;;\n",
          first, joined(seconds));
    }
  }
  script += "  esac\n  case \"$first\" in\n";
  for (const CommandSpec& command : command_table()) {
    script += command_case(command);
  }
  return script + "  esac\n}\n\n";
}

}  // namespace

std::string bash_completion() {
  return "# bash completion for tender, made by `tender completion bash`.\n" + candidates() +
         R"sh(_tender() {
  local -a words=() _tender_env=()
  local i word current _tender_wants_files=
  # bash takes the = of --name=value for a word of its own.
  for ((i = 1; i <= COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if [ "$word" = = ] && [ "$i" -lt "$COMP_CWORD" ]; then continue; fi
    if [ "$word" = = ]; then word=; fi
    words+=("$word")
  done
  for ((i = 0; i + 1 < ${#words[@]}; i++)); do
    if [ "${words[i]}" = --env-file ]; then _tender_env=(--env-file "${words[i + 1]}"); fi
  done
  current="${words[${#words[@]} - 1]}"
  local found
  found="$(_tender_candidates "${words[@]}"; printf '%s' "${_tender_wants_files:+/}")"
  COMPREPLY=()
  if [ "${found: -1}" = / ]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen -f -- "$current")
    return
  fi
  while IFS= read -r word; do
    if [[ -n "$word" && "$word" == "$current"* ]]; then COMPREPLY+=("$word"); fi
  done <<< "$found"
}
complete -F _tender tender
)sh";
}

std::string zsh_completion() {
  return "#compdef tender\n# zsh completion for tender, made by `tender completion zsh`.\n" +
         candidates() + R"sh(_tender() {
  emulate -L zsh
  local -a given _tender_env found
  local i _tender_wants_files= all
  given=("${(@)words[2,CURRENT]}")
  if [[ "${given[-1]}" == --*=* ]]; then
    compset -P '*='
    given=("${(@)given[1,-2]}" "${given[-1]%%=*}" "${given[-1]#*=}")
  fi
  for ((i = 1; i < ${#given}; i++)); do
    if [[ "${given[i]}" == --env-file ]]; then _tender_env=(--env-file "${given[i + 1]}"); fi
  done
  all="$(_tender_candidates "${given[@]}"; printf '%s' "${_tender_wants_files:+/}")"
  if [[ "${all[-1]}" == / ]]; then
    _files
  else
    found=("${(@f)all}")
    compadd -a found
  fi
}
if [ "$funcstack[1]" = _tender ]; then _tender "$@"; else compdef _tender tender; fi
)sh";
}

}  // namespace tender::cli
