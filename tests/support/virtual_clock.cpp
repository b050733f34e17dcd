#include "support/virtual_clock.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tender::test {

namespace asio = boost::asio;

class VirtualTimer final : public Timer {
 public:
  VirtualTimer(asio::io_context& io, VirtualClock& clock) : alarm_(io), clock_(clock) {}
  ~VirtualTimer() override { clock_.waiting_.erase(this); }

  asio::awaitable<bool> wait_until(TimePoint deadline) override {
    if (deadline <= clock_.now()) {
      co_return true;
    }
    deadline_ = deadline;
    turn_ = ++clock_.turns_;
    fired_ = false;
    clock_.waiting_.insert(this);
    alarm_.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code error;
    co_await alarm_.async_wait(asio::redirect_error(asio::use_awaitable, error));
    clock_.waiting_.erase(this);
    co_return fired_;
  }

  void cancel() override { alarm_.cancel(); }

  void fire() {
    fired_ = true;
    clock_.waiting_.erase(this);
    alarm_.cancel();
  }

  [[nodiscard]] TimePoint deadline() const { return deadline_; }
  [[nodiscard]] std::uint64_t turn() const { return turn_; }

 private:
  asio::steady_timer alarm_;
  VirtualClock& clock_;
  TimePoint deadline_{};
  std::uint64_t turn_ = 0;  // who waits longer goes first: addresses would differ from run to run
  bool fired_ = false;
};

VirtualClock::VirtualClock(asio::io_context& io, TimePoint start) : io_(io), now_(start) {}

std::unique_ptr<Timer> VirtualClock::make_timer() {
  return std::make_unique<VirtualTimer>(io_, *this);
}

void VirtualClock::run_ready() {
  io_.restart();
  io_.poll();
}

void VirtualClock::advance(Milliseconds duration) {
  const TimePoint end = now_ + duration;
  run_ready();
  for (auto next = next_deadline(); next && *next <= end; next = next_deadline()) {
    pass_until(std::max(now_, *next));
    fire_due();
    run_ready();
  }
  pass_until(end);
}

void VirtualClock::pass_until(TimePoint now) {
  steady_ += now - now_;
  now_ = now;
}

bool VirtualClock::advance_until(const std::function<bool()>& condition, Milliseconds limit) {
  const TimePoint end = now_ + limit;
  run_ready();
  while (!condition()) {
    const auto next = next_deadline();
    if (!next || *next > end) {
      return false;
    }
    pass_until(std::max(now_, *next));
    fire_due();
    run_ready();
  }
  return true;
}

void VirtualClock::move_to(TimePoint now, Milliseconds passed) {
  const bool set_back = now < now_;
  steady_ += passed;
  now_ = now;
  if (set_back) {
    end_all();
  } else {
    fire_due();
  }
}

std::vector<VirtualTimer*> VirtualClock::in_order() const {
  std::vector<VirtualTimer*> waiting(waiting_.begin(), waiting_.end());
  std::ranges::sort(waiting, {}, [](const VirtualTimer* timer) {
    return std::pair(timer->deadline(), timer->turn());
  });
  return waiting;
}

void VirtualClock::end_all() {
  for (VirtualTimer* timer : in_order()) {
    timer->cancel();
  }
}

void VirtualClock::fire_due() {
  for (VirtualTimer* timer : in_order()) {
    if (timer->deadline() <= now_) {
      timer->fire();
    }
  }
}

std::optional<TimePoint> VirtualClock::next_deadline() const {
  if (waiting_.empty()) {
    return std::nullopt;
  }
  return (*std::ranges::min_element(waiting_, {}, &VirtualTimer::deadline))->deadline();
}

}  // namespace tender::test
