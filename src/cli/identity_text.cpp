#include "identity_text.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tender/base/log.hpp"

namespace tender::cli {
namespace {

constexpr std::int64_t kMostIdentities = 5;  // that are named

}  // namespace

std::string describe_identities(const store::Query& query, std::int64_t relays) {
  std::vector<std::string> names = query.list_other_identities(kMostIdentities);
  std::ranges::transform(names, names.begin(),
                         [](const std::string& name) { return printable(name, 80); });
  return fmt::format(
      "{} relay{} served with another identity than at first ({}{}): zooid may have lost {} key; "
      "see `tender relay show RELAY`, and run `tender relay accept-identity RELAY` if the new key "
      "is right",
      relays, relays == 1 ? " is" : "s are", fmt::join(names, ", "),
      relays > static_cast<std::int64_t>(names.size()) ? ", …" : "", relays == 1 ? "its" : "their");
}

}  // namespace tender::cli
