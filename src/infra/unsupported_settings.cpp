#include "unsupported_settings.hpp"

#include <array>
#include <cstdint>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace tender::infra {

std::string describe_unsupported(const store::Query::SettingCounts& wanted, bool s3) {
  const std::array<std::pair<std::string_view, std::int64_t>, 3> settings{
      {{"policy_public_read", wanted.public_read},
       {"policy_public_write", wanted.public_write},
       {"media storage in S3 (BLOSSOM_S3_*)", s3 ? wanted.blossom : 0}}};
  std::string list;
  for (const auto& [name, relays] : settings) {
    if (relays > 0) {
      list += fmt::format("{}{}, for {} relay{}", list.empty() ? "" : "; ", name, relays,
                          relays == 1 ? "" : "s");
    }
  }
  if (list.empty()) {
    return list;
  }
  return fmt::format(
      "this zooid is too old for some settings, and drops them without an error: {}. Upgrade "
      "zooid, then run `tender reconcile --all --force`; `tender diff` names the relays",
      list);
}

}  // namespace tender::infra
