#include "output.hpp"

#include <algorithm>
#include <ostream>

#include <fmt/chrono.h>
#include <fmt/ostream.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"

namespace tender::cli {
namespace {

// Characters, not bytes, so that names in other scripts line up (wide ones still take two columns).
std::size_t width(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

}  // namespace

std::string visible(std::string_view text) {
  return printable(text, text.size());
}

void print_table(std::ostream& out, std::vector<std::vector<std::string>> rows) {
  std::vector<std::size_t> widths;
  for (auto& row : rows) {
    std::ranges::transform(row, row.begin(), visible);
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width(row[i]));
    }
  }
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out << line << '\n';
  }
}

void print_json(std::ostream& out, const nlohmann::ordered_json& value) {
  out << value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

std::string format_time(TimePoint time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                     fmt::gmtime(std::chrono::time_point_cast<std::chrono::seconds>(time)));
}

bool is_lively_terminal(const config::Environment& environment) {
  const auto no_color = environment.find("NO_COLOR");
  const auto term = environment.find("TERM");
  return isatty(STDERR_FILENO) == 1 &&
         (no_color == environment.end() || no_color->second.empty()) &&
         (term == environment.end() || term->second != "dumb");
}

}  // namespace tender::cli
