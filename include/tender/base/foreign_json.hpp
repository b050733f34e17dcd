// The one way in for JSON that somebody else wrote: zooid's answers, a client's token.
// nlohmann/json 3.11 parses without recursion but prints, copies and compares with it, so nesting
// has a cap that is checked before anything is built. A pure function.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tender {

inline constexpr std::size_t kForeignJsonDepth = 32;

/// The document, or nothing: over `max_bytes`, nested deeper than kForeignJsonDepth, not JSON
/// (RFC 8259), or not UTF-8. The last of two members of one name wins, as in most parsers.
[[nodiscard]] std::optional<nlohmann::json> parse_foreign_json(std::string_view text,
                                                               std::size_t max_bytes);

}  // namespace tender
