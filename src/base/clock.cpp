#include "tender/base/clock.hpp"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tender {
namespace {

namespace asio = boost::asio;

// The longest that a wait trusts the monotonic clock before it looks at the wall clock again.
constexpr std::chrono::minutes kLookAgain{1};

class SystemTimer final : public Timer {
 public:
  SystemTimer(asio::any_io_executor executor, const Clock& clock)
      : timer_(executor), clock_(clock) {}

  asio::awaitable<bool> wait_until(TimePoint deadline) override {
    cancelled_ = false;
    for (TimePoint now = clock_.now(); now < deadline;) {
      timer_.expires_after(std::min<Milliseconds>(deadline - now, kLookAgain));
      boost::system::error_code error;
      co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, error));
      // A cancel() that meets an alarm which has just gone off finds no wait to end: hence the
      // flag.
      if (error || cancelled_) {
        co_return false;
      }
      if (clock_.now() < now) {
        co_return false;  // set back: a deadline from before that may be hours away now
      }
      now = clock_.now();
    }
    co_return true;
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

std::unique_ptr<Timer> SystemClock::make_timer() {
  return std::make_unique<SystemTimer>(executor_, *this);
}

}  // namespace tender
