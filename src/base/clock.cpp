#include "tender/base/clock.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "wait_step.hpp"

namespace tender {
namespace {

namespace asio = boost::asio;

class SystemTimer final : public Timer {
 public:
  SystemTimer(asio::any_io_executor executor, const Clock& clock)
      : timer_(executor), clock_(clock) {}

  asio::awaitable<bool> wait_until(TimePoint deadline) override {
    cancelled_ = false;
    const auto began = std::chrono::steady_clock::now();
    const Milliseconds left_at_first = deadline - clock_.now();
    while (true) {
      const auto passed = std::chrono::steady_clock::now() - began;
      const Milliseconds step = wait_step(deadline - clock_.now(),
                                          left_at_first - std::chrono::floor<Milliseconds>(passed));
      if (step == Milliseconds::zero()) {
        co_return true;
      }
      timer_.expires_after(step);
      boost::system::error_code error;
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      // If the alarm has just gone off, cancel() finds no wait to end. That is why there is a flag.
      if (error || cancelled_) {
        co_return false;
      }
    }
  }

  void cancel() override {
    cancelled_ = true;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  const Clock& clock_;
  bool cancelled_ = false;
};

}  // namespace

SystemClock::SystemClock(asio::any_io_executor executor) : executor_(std::move(executor)) {}

TimePoint SystemClock::now() const {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::system_clock::now());
}

SteadyTime SystemClock::steady() const {
  return std::chrono::time_point_cast<Milliseconds>(std::chrono::steady_clock::now());
}

std::unique_ptr<Timer> SystemClock::make_timer() {
  return std::make_unique<SystemTimer>(executor_, *this);
}

}  // namespace tender
