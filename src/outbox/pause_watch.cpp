#include "tender/outbox/pause_watch.hpp"

#include <string>
#include <utility>

#include <fmt/format.h>

#include "tender/base/utc_time.hpp"

namespace tender::outbox {

void PauseWatch::look(TimePoint now) {
  const auto before = std::exchange(pause_, table_.find(now));
  if (!pause_) {
    if (before) {
      logger_.info("the pause is over: sending again");
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
    logger_.info("paused from {} until {}{}: sending nothing that changes zooid",
                 format_time(pause_->since),
                 pause_->until ? format_time(*pause_->until) : "`tender resume`",
                 pause_->reason.empty() ? std::string()
                                        : fmt::format(" ({})", printable(pause_->reason, 600)));
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
