#include "zooid-sim/waits.hpp"

#include <memory>

namespace zooid_sim {

boost::asio::awaitable<bool> Waits::until(tender::TimePoint deadline) {
  if (stopped_ || deadline <= clock_.now()) {
    co_return !stopped_;
  }
  const std::unique_ptr<tender::Timer> timer = clock_.make_timer();
  waiting_.insert(timer.get());
  co_await timer->wait_until(deadline);
  waiting_.erase(timer.get());
  co_return !stopped_;
}

void Waits::stop() {
  stopped_ = true;
  const std::set<tender::Timer*> waiting = waiting_;
  for (tender::Timer* timer : waiting) {
    timer->cancel();
  }
}

}  // namespace zooid_sim
