// Whether a database file is intact. `tender run` checks at its start, `tender backup` checks the
// copy.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <limits>

namespace tender::store {

enum class Integrity : std::uint8_t {
  sound,
  odd_rows,   // intact, but rows break the schema's rules: see find_row_faults()
  absent,     // no file, or one of no bytes: a new database
  too_large,  // not checked: it would take too long
  stopped,    // not checked to the end
};

/// The largest file that is checked before a sidecar begins, in a tenth of a second. DamageSearch
/// checks larger ones.
inline constexpr std::uintmax_t kLargestCheckedFirst = std::uintmax_t{64} << 20;
inline constexpr std::uintmax_t kAnySize = std::numeric_limits<std::uintmax_t>::max();

/// SQLite's quick_check on the file at `path`, through a connection of its own that changes
/// nothing. Throws StoreError: corrupt, with the first damage found, or what stopped the check.
/// Blocks for a second or more per gibibyte from cache, much longer from a slow disk, or until
/// another thread sets `stop`.
[[nodiscard]] Integrity check_integrity(const std::filesystem::path& path,
                                        std::uintmax_t largest = kAnySize,
                                        const std::atomic<bool>* stop = nullptr);

}  // namespace tender::store
