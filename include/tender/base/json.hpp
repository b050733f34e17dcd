// Reading JSON that somebody else wrote. nlohmann/json 3.11.2 overflows the stack on deeply nested
// input, so everything foreign is parsed here, with caps.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tender {

inline constexpr int kMaxJsonDepth = 32;

/// The document that `text` holds, or nothing: not JSON, over `max_bytes`, or nested deeper than
/// kMaxJsonDepth arrays and objects.
[[nodiscard]] std::optional<nlohmann::json> parse_json(std::string_view text,
                                                       std::size_t max_bytes = 1 << 20);

}  // namespace tender
