// How commands speak of the operator's pause.
#pragma once

#include <optional>
#include <string>

#include "tender/store/pause_table.hpp"

namespace tender::cli {

/// "paused from … until … (reason)"
[[nodiscard]] std::string text_of(const store::SyncPause& pause);

/// What ends it: "2026-01-31T23:59:59Z" or "`tender resume`".
[[nodiscard]] std::string end_of(const store::SyncPause& pause);

/// Whether a wait for the work that the pause holds back, from `now` on and for `patience`, would
/// be in vain.
[[nodiscard]] bool outlasts(const store::SyncPause& pause, TimePoint now, Milliseconds patience);

}  // namespace tender::cli
