// How people are told of relays that zooid serves with another identity than at first.
#pragma once

#include <cstdint>
#include <string>

#include "tender/store/query.hpp"

namespace tender::cli {

/// "2 relays (blue, green) are served with another identity …" and what to do, for `relays` of
/// them. Blocks and throws as Database says.
[[nodiscard]] std::string describe_identities(const store::Query& query, std::int64_t relays);

}  // namespace tender::cli
