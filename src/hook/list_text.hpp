// Lists as people write them: parts with commas between. Pure functions.
#pragma once

#include <string_view>
#include <vector>

namespace tender::hook {

/// Without the spaces and tabs at both ends.
[[nodiscard]] std::string_view trim(std::string_view text);

/// The parts, trimmed; one empty part for an empty list. Valid as long as `list`.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view list);

}  // namespace tender::hook
