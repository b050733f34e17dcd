// Sees every statement that SQLite finishes on connections opened while it lives: its text, and how
// many steps of SQLite's virtual machine it took, which measures its cost without a clock. One at a
// time; before the first connection.
#pragma once

#include <cstdint>
#include <set>
#include <string>

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

}  // namespace tender::test
