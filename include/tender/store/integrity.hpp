// Whether a database file is sound. `tender run` asks at its start, `tender backup` asks it of the
// copy.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>

namespace tender {

enum class Integrity : std::uint8_t {
  sound,
  odd_rows,   // sound, but rows break the schema's rules: see find_row_faults()
  absent,     // no file, or one of no bytes: a new database
  too_large,  // not looked at: it would take too long
  stopped,    // not looked at to the end
};

/// What is looked at before a sidecar begins: a tenth of a second. DamageSearch does the others.
inline constexpr std::uintmax_t kLargestCheckedFirst = std::uintmax_t{64} << 20;
inline constexpr std::uintmax_t kAnySize = std::numeric_limits<std::uintmax_t>::max();

/// SQLite's quick_check on the file at `path`, through a connection of its own that changes
/// nothing. Throws StoreError: corrupt, with the first damage found, or what stopped the look.
/// Blocks for a second or more a gibibyte from cache, much more from a slow disk, or until another
/// thread sets `stop`.
[[nodiscard]] Integrity check_integrity(const std::filesystem::path& path,
                                        std::uintmax_t largest = kAnySize,
                                        const std::atomic<bool>* stop = nullptr);

}  // namespace tender
