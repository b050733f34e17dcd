// The table of all variables that configure tender: one row each, and everything that is said about
// a variable derives from its row: how it is read, env.example, the table in README.md, and the
// variables' `_FILE` forms. Pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace tender::config {

enum class Group : std::uint8_t {
  zooid,
  database,
  sync,
  blossom_s3,
  livekit,
  admin,
  triggers,
  log
};

/// What the group is for, as a heading: "zooid's management API", …
[[nodiscard]] std::string_view title(Group group);

struct Variable {
  std::string_view name;
  Group group;
  std::string_view default_value{};  // empty: none
  std::string_view meaning;          // one line, without a final dot
  std::string_view example{};  // how to get or write a value; empty where the default shows it
  bool secret = false;         // never shown, and may be given by file as `<name>_FILE`
  bool required = false;       // to talk to zooid; commands on the database alone need none
};

/// Every variable, in the order in which people read them: by group, required ones first.
[[nodiscard]] std::span<const Variable> variables();

/// The row of that name. An unknown name is a bug: it throws std::out_of_range.
[[nodiscard]] const Variable& variable(std::string_view name);

/// The variable that names the file which holds a secret: `<name>_FILE` (Docker secrets).
[[nodiscard]] std::string file_variable(const Variable& variable);

/// Whether tender reads a variable of that name, `_FILE` forms included.
[[nodiscard]] bool is_known(std::string_view name);

/// Whether `name` starts like one of ours: `ZOOID_`, `RELAY_`, …, in either case.
[[nodiscard]] bool has_our_prefix(std::string_view name);

/// The known name that is closest to `name` in at most `edits` insertions, deletions and
/// replacements of a character; empty when none is. Case does not count.
[[nodiscard]] std::string nearest_name(std::string_view name, std::size_t edits);

/// The text of env.example: every variable with its meaning; the required ones are left to fill in,
/// the others are commented out with their defaults.
[[nodiscard]] std::string env_example();

/// The table of all variables for README.md, in Markdown.
[[nodiscard]] std::string configuration_table();

}  // namespace tender::config
