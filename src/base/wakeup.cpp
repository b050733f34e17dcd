#include "tender/base/wakeup.hpp"

#include <utility>

namespace tender {

Wakeup::Wakeup(Clock& clock) : timer_(clock.make_timer()) {}

void Wakeup::notify() {
  notified_ = true;
  timer_->cancel();
}

boost::asio::awaitable<bool> Wakeup::wait_until(TimePoint deadline) {
  if (!notified_) {
    co_await timer_->wait_until(deadline);
  }
  co_return std::exchange(notified_, false);
}

}  // namespace tender
