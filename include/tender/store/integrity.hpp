// Whether a database file is sound, before anything is done with it. `tender run` asks at its
// start, `tender backup` asks it of the copy.
#pragma once

#include <cstdint>
#include <filesystem>

namespace tender {

enum class Integrity : std::uint8_t {
  sound,
  odd_rows,   // sound, but rows break the schema's rules: see find_row_faults()
  absent,     // no file, or one of no bytes: a new database
  too_large,  // not looked at: it would take too long
};

/// Beyond that a check takes seconds, and a start must not.
inline constexpr std::uintmax_t kLargestChecked = std::uintmax_t{1} << 30;

/// SQLite's quick_check on the file at `path`, through a connection of its own that changes
/// nothing. Throws StoreError: corrupt, with the first damage found, or what stopped the look.
/// Blocks for up to about a second a gibibyte from cache, more from a slow disk.
[[nodiscard]] Integrity check_integrity(const std::filesystem::path& path,
                                        std::uintmax_t largest = kLargestChecked);

}  // namespace tender
