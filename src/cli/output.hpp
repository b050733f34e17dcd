// How commands print: tables and times for people, one style of JSON for programs, a progress bar
// only where a person looks at a terminal.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"
#include "tender/config/environment.hpp"

namespace tender::cli {

/// The whole of a text of the database, or of zooid's, as printable() makes it: nothing in it can
/// control a terminal. Whatever is printed passes through this, or through print_table.
[[nodiscard]] std::string visible(std::string_view text);

/// Rows of equally many cells, in columns, each cell as visible() makes it; the first row is the
/// head. No line ends in blanks.
void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows);

/// Indented, with invalid UTF-8 replaced.
void print_json(std::ostream& out, const nlohmann::ordered_json& value);

/// 2026-01-31T23:59:59Z
[[nodiscard]] std::string format_time(TimePoint time);

/// Whether stderr is a terminal that may get a progress bar: never with NO_COLOR.
[[nodiscard]] bool is_lively_terminal(const config::Environment& environment);

}  // namespace tender::cli
