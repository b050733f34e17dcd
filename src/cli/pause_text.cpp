#include "pause_text.hpp"

#include <fmt/format.h>

#include "output.hpp"

namespace tender::cli {

std::string end_of(const store::SyncPause& pause) {
  return pause.until ? format_time(*pause.until) : "`tender resume`";
}

std::string text_of(const store::SyncPause& pause) {
  return fmt::format("paused from {} until {}{}", format_time(pause.since), end_of(pause),
                     pause.reason.empty() ? "" : fmt::format(" ({})", visible(pause.reason)));
}

bool outlasts(const store::SyncPause& pause, TimePoint now, Milliseconds patience) {
  return !pause.until || *pause.until >= now + patience;
}

}  // namespace tender::cli
