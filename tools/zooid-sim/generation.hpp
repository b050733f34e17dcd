// Which zooid the sim stands in for. A value.
#pragma once

#include <cstdint>

namespace zooid_sim {

/// `a`: public until April 2026. It has no members route and no S3, accepts almost any schema, and
/// crashes on a file without info.pubkey. `b`: what came later.
enum class Generation : std::uint8_t { a, b };

}  // namespace zooid_sim
