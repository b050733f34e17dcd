// A consistent copy of a database that is in use, as one self-contained file. Used by `tender
// backup`, at once or scheduled.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

namespace tender::store {

enum class IfPresent : std::uint8_t { refuse, replace };

/// Copies the database at `source` as it is at this moment to `target`, mode 0600, and returns the
/// copy's size in bytes. The copy appears whole or not at all: it is made beside `target`, checked,
/// synced and then renamed. Migrates nothing. It reads a snapshot, so writers do not wait for it;
/// only checkpoints do. Throws StoreError: missing, corrupt (the database itself), or what stopped
/// it. Blocks until it is done, or soon after another thread sets `stop`: then it throws, too.
std::uintmax_t back_up(const std::filesystem::path& source, const std::filesystem::path& target,
                       IfPresent if_present, const std::atomic<bool>* stop = nullptr);

}  // namespace tender::store
