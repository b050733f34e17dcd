#include "tender/outbox/pause_watch.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "tender/base/log_messages.hpp"
#include "tender/base/utc_time.hpp"

namespace tender::outbox {

void PauseWatch::look(TimePoint now) {
  const auto before = std::exchange(pause_, table_.find(now));
  if (!pause_) {
    if (before) {
      write_log(logger_, logs::kPauseOver);
    }
    return;
  }
  if (!before && pause_->quiet) {
    // Another process said so; or it was over, work began, and the clock was set back.
    table_.set_quiet(*pause_, false);
    pause_->quiet = false;
  }
  if (!before || before->since != pause_->since || before->until != pause_->until ||
      before->reason != pause_->reason) {
    write_log(logger_, logs::kPaused, "since", format_time(pause_->since), "until",
              pause_->until ? format_time(*pause_->until) : "", "reason", pause_->reason);
  }
}

TimePoint PauseWatch::ends_at() const {
  return pause_ && pause_->until ? *pause_->until : TimePoint::max();
}

void PauseWatch::note_quiet() {
  if (pause_ && !pause_->quiet) {
    table_.set_quiet(*pause_, true);
    pause_->quiet = true;
  }
}

}  // namespace tender::outbox
