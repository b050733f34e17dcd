// The client's places and its idle connections. A place is the right to have one exchange under
// way; idle connections and places in use together never exceed the bound.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>

#include "connection.hpp"

namespace tender::http {

class Pool {
 public:
  Pool(const boost::asio::any_io_executor& executor, std::size_t places, Milliseconds idle_timeout);

  /// The connection to `origin` that was used last and is still quiet; null when there is none.
  [[nodiscard]] std::unique_ptr<Connection> take(const Origin& origin);

  /// Closes what has been idle longest, as far as the bound asks for it. Before a new connection.
  void make_room();

  /// Takes a connection that is reusable.
  void keep(Origin origin, std::unique_ptr<Connection> connection);

  /// Closes all idle connections.
  void clear();

 private:
  friend class Place;
  using Time = std::chrono::steady_clock::time_point;
  struct Idle {
    Origin origin;
    std::unique_ptr<Connection> connection;
    Time expiry;
  };
  void release();
  void sweep_later();
  void sweep();

  boost::asio::any_io_executor executor_;
  std::size_t places_;
  Milliseconds idle_timeout_;
  std::size_t taken_ = 0;
  std::list<class Place*> waiting_;  // first come, first served
  std::deque<Idle> idle_;            // the longest idle first
  Alarm sweep_;
};

/// One exchange's place: waited for, held, and given back when this goes. Lives in the frame of
/// Client's coroutine; the pool outlives it.
class Place {
 public:
  explicit Place(Pool& pool) : pool_(pool), gate_(pool.executor_) {}
  ~Place();
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  /// Waits until this place is held or the call has ended. The call lives in the same frame.
  boost::asio::awaitable<void> wait(Call& call);

 private:
  friend class Pool;
  enum class State : std::uint8_t { none, waiting, held };

  Pool& pool_;
  State state_ = State::none;
  boost::asio::steady_timer gate_;
};

}  // namespace tender::http
