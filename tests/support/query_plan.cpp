#include "support/query_plan.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace tender::test {
namespace {

constexpr std::array<std::string_view, 5> kCheapScans{"SCAN CONSTANT ROW", "SCAN router_offset",
                                                      "SCAN destination_state",
                                                      "SCAN schema_version", "SCAN (subquery"};

bool is_costly(std::string_view line) {
  return (line.starts_with("SCAN ") &&
          std::ranges::none_of(kCheapScans,
                               [&](std::string_view cheap) { return line.starts_with(cheap); })) ||
         line.starts_with("USE TEMP B-TREE");
}

}  // namespace

std::vector<std::string> query_plan(const std::filesystem::path& path, const std::string& sql) {
  const SQLite::Database database(path.string());
  SQLite::Statement statement(database, "EXPLAIN QUERY PLAN " + sql);
  std::vector<std::string> lines;
  while (statement.executeStep()) {
    lines.push_back(statement.getColumn(3).getString());
  }
  return lines;
}

std::vector<std::string> costly_steps(const std::filesystem::path& path, const std::string& sql) {
  auto lines = query_plan(path, sql);
  std::erase_if(lines, [](const std::string& line) { return !is_costly(line); });
  return lines;
}

}  // namespace tender::test
