// "Did you mean …?": the name that is closest to one that is not known. A pure function.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace tender {

/// The first of the closest among `known`, in at most `edits` insertions, deletions and
/// replacements of a character (Levenshtein's distance); empty when none is.
[[nodiscard]] std::string nearest(std::string_view name, std::span<const std::string> known,
                                  std::size_t edits);

}  // namespace tender
