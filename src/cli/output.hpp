// How commands print: tables and times for people, one style of JSON for programs, a progress bar
// only where a person looks at a terminal.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/utc_time.hpp"
#include "tender/config/environment.hpp"

namespace tender::cli {

/// The whole of a text of the database, or of zooid's, as printable() makes it: nothing in it can
/// control a terminal. Whatever is printed passes through this, or through print_table.
[[nodiscard]] std::string visible(std::string_view text);

/// Rows of equally many cells, in columns, each cell as visible() makes it; the first row is the
/// head. No line ends in blanks. Holds some hundred rows, however many there are: a cell of a later
/// row that is wider than its column widens it from there on. With a `line_width`, the last columns
/// are cut, and end in …, so that lines fit; no column gets narrower than 8. Before that, columns
/// of `dispensable` are left out, the first of them first.
class Table {
 public:
  explicit Table(std::ostream& out, std::optional<std::size_t> line_width = std::nullopt,
                 std::vector<std::size_t> dispensable = {})
      : out_(out), line_width_(line_width), dispensable_(std::move(dispensable)) {}
  void add(std::vector<std::string> row);
  /// Prints what is still held.
  void finish();

 private:
  void fit(std::size_t line_width);
  void leave_out(std::size_t line_width);
  [[nodiscard]] bool is_left_out(std::size_t column) const;
  [[nodiscard]] std::size_t total_width() const;

  std::ostream& out_;
  std::optional<std::size_t> line_width_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> widths_;
  std::vector<std::size_t> dispensable_;
  std::vector<std::size_t> left_out_;  // decided when the first rows are printed
  bool decided_ = false;
};

/// How many columns the terminal has, if `out` is stdout and that is a terminal: COLUMNS, or what
/// the terminal says.
[[nodiscard]] std::optional<std::size_t> terminal_width(const std::ostream& out,
                                                        const config::Environment& environment);

/// A table of few rows.
void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows);

/// Whether stdout is a pipe that nobody reads any more.
[[nodiscard]] bool reader_has_gone();

/// Indented, with invalid UTF-8 replaced.
void print_json(std::ostream& out, const nlohmann::ordered_json& value);

/// An array of however many elements, printed as print_json() would, each as it comes.
class JsonArray {
 public:
  explicit JsonArray(std::ostream& out) : out_(out) {}
  void add(const nlohmann::ordered_json& element);
  /// Ends the array. Without it what was printed is not JSON: a reader sees that it was broken off.
  void finish();

 private:
  std::ostream& out_;
  bool empty_ = true;
};

/// Whether stderr is a terminal that may get a progress bar: never with NO_COLOR.
[[nodiscard]] bool is_lively_terminal(const config::Environment& environment);

}  // namespace tender::cli
