#include "zooid-sim/go_error.hpp"

#include <cctype>
#include <system_error>

#include <fmt/format.h>

namespace zooid_sim {

std::string go_error(std::string_view operation, const std::string& path, int code) {
  std::string reason = std::generic_category().message(code);
  reason.front() = static_cast<char>(std::tolower(static_cast<unsigned char>(reason.front())));
  return fmt::format("{} {}: {}", operation, path, reason);
}

}  // namespace zooid_sim
