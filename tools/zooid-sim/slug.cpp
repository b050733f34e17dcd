#include "zooid-sim/slug.hpp"

#include <cctype>

namespace zooid_sim {

std::string slug(std::string_view schema) {
  std::string name;
  for (const char c : schema) {
    const auto byte = static_cast<unsigned char>(c);
    const bool kept = std::isalnum(byte) != 0 || c == '_' || c == '-';
    const char next = kept ? static_cast<char>(std::tolower(byte)) : '-';
    if (next != '-' || name.empty() || name.back() != '-') {
      name += next;
    }
  }
  const std::size_t first = name.find_first_not_of("-_");
  const std::size_t last = name.find_last_not_of("-_");
  return first == std::string::npos ? std::string() : name.substr(first, last - first + 1);
}

bool is_table_name(std::string_view slug) {
  const bool digit = !slug.empty() && std::isdigit(static_cast<unsigned char>(slug.front())) != 0;
  return !digit && slug.find('-') == std::string_view::npos;
}

}  // namespace zooid_sim
