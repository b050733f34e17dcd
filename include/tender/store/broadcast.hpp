// A bounded channel from one sender to many independent receivers. Each receiver gets every value
// in order, learns how many values it missed if it was too slow (Lagged), and learns of the end
// (Closed). Values are only hints; the truth is in the activity log. Runs on the io_context's one
// thread.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <set>
#include <utility>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/wakeup.hpp"

namespace tender::store {

/// The receiver was too slow: this many values are gone. The next recv() gives the oldest one kept.
struct Lagged {
  std::uint64_t missed = 0;
};

/// No more values will come.
struct Closed {};

template <typename T>
class Broadcast {
 public:
  class Receiver;

  /// Keeps the last `capacity` values (at least 1) for slow receivers.
  Broadcast(Clock& clock, std::size_t capacity) : clock_(clock), capacity_(capacity) {}
  Broadcast(const Broadcast&) = delete;
  Broadcast& operator=(const Broadcast&) = delete;

  /// A receiver of everything sent from now on. The channel must outlive it.
  [[nodiscard]] Receiver subscribe() { return Receiver(*this); }

  /// Never waits for receivers. Values sent after close() are dropped.
  void send(T value) {
    if (closed_) {
      return;
    }
    values_.push_back(std::move(value));
    if (values_.size() > capacity_) {
      values_.pop_front();
      ++first_;
    }
    wake_all();
  }

  /// Receivers get what is left, then Closed.
  void close() {
    closed_ = true;
    wake_all();
  }

 private:
  void wake_all() {
    for (Receiver* receiver : receivers_) {
      receiver->wakeup_.notify();
    }
  }
  [[nodiscard]] std::uint64_t end() const { return first_ + values_.size(); }

  Clock& clock_;
  std::size_t capacity_;
  std::deque<T> values_;
  std::uint64_t first_ = 0;  // the number of the oldest value kept
  bool closed_ = false;
  std::set<Receiver*> receivers_;
};

template <typename T>
class Broadcast<T>::Receiver {
 public:
  /// A struct and not a bare variant: awaitable operators flatten variants.
  struct Received {
    std::variant<T, Lagged, Closed> item;
  };

  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver() { channel_.receivers_.erase(this); }

  /// Waits for the next item. One waiter at a time; the receiver must outlive the wait.
  boost::asio::awaitable<Received> recv() {
    while (!closed_) {
      if (next_ < channel_.first_) {
        const std::uint64_t missed = channel_.first_ - next_;
        next_ = channel_.first_;
        Received lagged{Lagged{missed}};
        co_return lagged;
      }
      if (next_ < channel_.end()) {
        const auto index = static_cast<std::ptrdiff_t>(next_ - channel_.first_);
        ++next_;
        Received received{channel_.values_[static_cast<std::size_t>(index)]};
        co_return received;
      }
      if (channel_.closed_) {
        break;
      }
      co_await wakeup_.wait_until(TimePoint::max());
    }
    Received end{Closed{}};
    co_return end;
  }

  /// Waits until there is an item or until `deadline`, and drops all that there are: for those who
  /// then read the truth. False: neither came, and the channel may be closed(). Waits as recv().
  boost::asio::awaitable<bool> skip_until(TimePoint deadline) {
    bool waits = true;
    while (waits && next_ == channel_.end() && !closed()) {
      waits = co_await wakeup_.wait_until(deadline);
    }
    co_return std::exchange(next_, channel_.end()) != channel_.end();
  }

  /// No more items will come.
  [[nodiscard]] bool closed() const { return closed_ || channel_.closed_; }

  /// Ends only this receiver: the wait under way and all later ones return Closed.
  void close() {
    closed_ = true;
    wakeup_.notify();
  }

 private:
  friend class Broadcast<T>;
  explicit Receiver(Broadcast& channel)
      : channel_(channel), wakeup_(channel.clock_), next_(channel.end()) {
    channel_.receivers_.insert(this);
  }

  Broadcast& channel_;
  Wakeup wakeup_;
  std::uint64_t next_;
  bool closed_ = false;
};

}  // namespace tender::store
