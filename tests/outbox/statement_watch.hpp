// Sees every statement that SQLite finishes on connections opened while it lives: its text, and how
// many steps of SQLite's virtual machine it took, which measures its cost without a clock. One at a
// time; before the first connection.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace tender::test {

class StatementWatch {
 public:
  StatementWatch();
  ~StatementWatch();
  StatementWatch(const StatementWatch&) = delete;
  StatementWatch& operator=(const StatementWatch&) = delete;

  /// From here on.
  void restart();

  [[nodiscard]] const std::set<std::string>& texts() const;
  [[nodiscard]] std::int64_t steps() const;
};

/// What EXPLAIN QUERY PLAN says of a statement, a line for each step of the plan.
[[nodiscard]] std::vector<std::string> query_plan(const std::filesystem::path& database,
                                                  const std::string& sql);

}  // namespace tender::test
