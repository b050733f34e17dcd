#include "deadlines.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace tender::http {

boost::asio::awaitable<void> Deadlines::run() {
  while (!stopped_) {
    run_due();
    alarm_ = next();
    const bool none = alarm_ == SteadyTime::max();
    const TimePoint until = none ? TimePoint::max() : clock_.now() + (alarm_ - clock_.steady());
    co_await news_.wait_until(until);
  }
}

void Deadlines::stop() {
  stopped_ = true;
  news_.notify();
}

void Deadlines::run_due() {
  const std::vector<Deadline*> waiting(waiting_.begin(), waiting_.end());
  for (Deadline* const deadline : waiting) {
    if (deadline->time_ <= clock_.steady()) {
      deadline->passed_ = true;
      waiting_.erase(deadline);
      deadline->pass_();
    }
  }
}

SteadyTime Deadlines::next() const {
  SteadyTime next = SteadyTime::max();
  for (const Deadline* const deadline : waiting_) {
    next = std::min(next, deadline->time_);
  }
  return next;
}

Deadline::Deadline(Deadlines& owner, std::function<void()> pass)
    : owner_(owner), pass_(std::move(pass)) {}

Deadline::~Deadline() {
  owner_.waiting_.erase(this);
}

void Deadline::set(SteadyTime time) {
  time_ = time;
  passed_ = false;
  owner_.waiting_.insert(this);
  if (time < owner_.alarm_) {
    owner_.alarm_ = time;
    owner_.news_.notify();
  }
}

}  // namespace tender::http
