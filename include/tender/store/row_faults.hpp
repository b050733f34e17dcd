// Rows of the relay table that today's rules would refuse: older than the rules, or written by
// another program with the checks off. tender never changes them by itself, because zooid may have
// their data. `tender check` and the start of `tender run` name them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace tender::store {

class Database;

struct RowFault {
  std::string what;  // names table, row and value
  std::string remedy;
  bool harmful = true;  // false: it works as it is
};

/// How closely to look.
enum class RowLook : std::uint8_t {
  quick,  // by indexes alone: schemas and hosts
  whole,  // at each row: about a second for a million
};

/// The first `limit` of them at most. `reserved_subdomains` as config::StoreEnv has it. Throws
/// StoreError.
[[nodiscard]] std::vector<RowFault> find_row_faults(
    Database& database, const std::set<std::string>& reserved_subdomains, RowLook look,
    std::size_t limit = 20);

}  // namespace tender::store
