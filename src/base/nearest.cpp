#include "tender/base/nearest.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace tender {
namespace {

// Row by row.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> row(to.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < from.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < to.size(); ++j) {
      const std::size_t replaced = diagonal + (from[i] == to[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string nearest(std::string_view name, std::span<const std::string> known, std::size_t edits) {
  std::string found;
  std::size_t least = edits + 1;
  for (const std::string& each : known) {
    const std::size_t distance = edit_distance(name, each);
    if (distance < least) {
      least = distance;
      found = each;
    }
  }
  return found;
}

}  // namespace tender
