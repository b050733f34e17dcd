// Whole numbers in text, without a locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tender {

/// Nothing unless all of `text` is one decimal number that fits, such as "-12".
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text);

}  // namespace tender
