// Makes a backup in a directory and removes the oldest ones there, for a timer that runs every day.
// Used by `tender backup --keep`, at once or scheduled.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "tender/base/clock.hpp"

namespace tender::store {

struct SeriesBackup {
  std::filesystem::path path;
  std::uintmax_t bytes = 0;
  std::vector<std::filesystem::path> removed;  // oldest first
};

/// Copies the database at `source` to `directory`/tender-YYYYmmddTHHMMSSZ.db (UTC) as back_up()
/// does. Once that is complete, removes the oldest regular files with such names, so that at most
/// `keep` (at least 1) are left; the new one stays, also when the clock was set back. Touches
/// no other file. Throws StoreError as back_up() does, when the directory does not exist, and when
/// an old backup cannot be removed; in the last case the new one is complete. `stop` as back_up()
/// has it.
[[nodiscard]] SeriesBackup back_up_in_series(const std::filesystem::path& source,
                                             const std::filesystem::path& directory, int keep,
                                             TimePoint now,
                                             const std::atomic<bool>* stop = nullptr);

}  // namespace tender::store
