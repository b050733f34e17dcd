#include "output.hpp"

#include <algorithm>
#include <iostream>
#include <ostream>

#include <fmt/ostream.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/base/number.hpp"

namespace tender::cli {
namespace {

constexpr std::size_t kTableRows = 512;
constexpr std::size_t kGap = 2;        // between two columns
constexpr std::size_t kNarrowest = 8;  // that a column is cut to
constexpr std::size_t kUsualWidth = 80;

// Characters, not bytes, so that names in other scripts line up (wide ones still take two columns).
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

// The first characters of `text`, of which there are more.
std::string cut(const std::string& text, std::size_t characters) {
  std::size_t end = 0;
  for (std::size_t seen = 0; end < text.size(); ++end) {
    seen += (text[end] & 0xc0) != 0x80 ? 1 : 0;
    if (seen == characters) {
      break;
    }
  }
  return text.substr(0, end) + "…";
}

}  // namespace

std::string visible(std::string_view text) {
  return printable(text, text.size());
}

void Table::add(std::vector<std::string> row) {
  std::ranges::transform(row, row.begin(), visible);
  widths_.resize(std::max(widths_.size(), row.size()));
  for (std::size_t i = 0; i < row.size(); ++i) {
    widths_[i] = std::max(widths_[i], width(row[i]));
  }
  rows_.push_back(std::move(row));
  if (rows_.size() == kTableRows) {
    finish();
  }
}

std::size_t Table::total_width() const {
  std::size_t total = 0;
  for (std::size_t column = 0; column < widths_.size(); ++column) {
    total += is_left_out(column) ? 0 : widths_[column] + kGap;
  }
  return total - std::min(total, kGap);
}

bool Table::is_left_out(std::size_t column) const {
  return std::ranges::find(left_out_, column) != left_out_.end();
}

void Table::leave_out(std::size_t line_width) {
  for (const std::size_t column : dispensable_) {
    if (total_width() > line_width) {
      left_out_.push_back(column);
    }
  }
}

// From the last column on, which say the least of what a person looks for.
void Table::fit(std::size_t line_width) {
  if (!std::exchange(decided_, true)) {
    leave_out(line_width);
  }
  std::size_t total = total_width();
  for (std::size_t column = widths_.size(); column-- > 0 && total > line_width;) {
    if (!is_left_out(column)) {
      const std::size_t least = std::min(widths_[column], kNarrowest);
      const std::size_t cut = std::min(total - line_width, widths_[column] - least);
      widths_[column] -= cut;
      total -= cut;
    }
  }
}

void Table::finish() {
  if (line_width_) {
    fit(*line_width_);
  }
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (is_left_out(i)) {
        continue;
      }
      const std::string cell = width(row[i]) > widths_[i] ? cut(row[i], widths_[i]) : row[i];
      line += cell + std::string(widths_[i] - width(cell) + kGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out_ << line << '\n';
  }
  rows_.clear();
}

void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows) {
  Table table(out);
  for (auto& row : rows) {
    table.add(std::move(row));
  }
  table.finish();
}

void print_json(std::ostream& out, const nlohmann::ordered_json& value) {
  out << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

void JsonArray::add(const nlohmann::ordered_json& element) {
  const std::string text = element.dump(2, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string indented;
  indented.reserve(text.size() + text.size() / 8);
  for (const char c : text) {  // JSON escapes the line breaks of values: these are its own
    indented += c;
    if (c == '\n') {
      indented += "  ";
    }
  }
  out_ << (empty_ ? "[\n  " : ",\n  ") << indented;
  empty_ = false;
}

void JsonArray::finish() {
  out_ << (empty_ ? "[]\n" : "\n]\n");
}

std::optional<std::size_t> terminal_width(const std::ostream& out,
                                          const config::Environment& environment) {
  if (out.rdbuf() != std::cout.rdbuf() || isatty(STDOUT_FILENO) == 0) {
    return std::nullopt;
  }
  const auto columns = environment.find("COLUMNS");
  const auto given = columns == environment.end() ? std::nullopt : parse_integer(columns->second);
  if (given && *given > 0) {
    return static_cast<std::size_t>(*given);
  }
  winsize size{};
  const bool known = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : kUsualWidth;
}

bool reader_has_gone() {
  pollfd out{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
  return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

bool is_lively_terminal(const config::Environment& environment) {
  const auto no_color = environment.find("NO_COLOR");
  const auto term = environment.find("TERM");
  return isatty(STDERR_FILENO) == 1 &&
         (no_color == environment.end() || no_color->second.empty()) &&
         (term == environment.end() || term->second != "dumb");
}

}  // namespace tender::cli
