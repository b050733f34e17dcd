// A timer with an action that never runs once the alarm is gone: asio may have queued the handler
// of a timer that is cancelled or destroyed too late. One action at a time.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/steady_timer.hpp>

namespace tender::http {

class Alarm {
 public:
  explicit Alarm(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  [[nodiscard]] bool is_set() const { return action_ != nullptr; }

  /// Runs `action` at `time`, from the io_context, instead of any action set before.
  void set(boost::asio::steady_timer::time_point time, std::function<void()> action) {
    action_ = std::make_shared<std::function<void()>>(std::move(action));
    timer_.expires_at(time);
    timer_.async_wait([this, waiting = std::weak_ptr(action_)](boost::system::error_code) {
      if (const auto due = waiting.lock()) {
        action_.reset();
        (*due)();
      }
    });
  }

  void cancel() {
    action_.reset();
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  // shared_ptr because the handler must see that the alarm is gone, set again or cancelled.
  std::shared_ptr<std::function<void()>> action_;
};

}  // namespace tender::http
