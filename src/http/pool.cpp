#include "pool.hpp"

#include <algorithm>
#include <iterator>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tender::http {
namespace {

namespace asio = boost::asio;

// How late an expired or abandoned connection may be closed.
constexpr Milliseconds kSweepInterval{5'000};

}  // namespace

Pool::Pool(const asio::any_io_executor& executor, std::size_t places, Milliseconds idle_timeout)
    : executor_(executor), places_(places), idle_timeout_(idle_timeout), sweep_(executor) {}

std::unique_ptr<Connection> Pool::take(const Origin& origin) {
  const Time now = std::chrono::steady_clock::now();
  for (std::size_t i = idle_.size(); i-- > 0;) {
    if (idle_[i].origin != origin) {
      continue;
    }
    const bool fresh = idle_[i].expiry > now;
    std::unique_ptr<Connection> connection = std::move(idle_[i].connection);
    idle_.erase(idle_.begin() + static_cast<std::ptrdiff_t>(i));
    if (fresh && connection->quiet()) {
      return connection;
    }
  }
  return nullptr;
}

void Pool::make_room() {
  while (!idle_.empty() && taken_ + idle_.size() > places_) {
    idle_.pop_front();
  }
}

void Pool::keep(Origin origin, std::unique_ptr<Connection> connection) {
  const Time expiry = std::chrono::steady_clock::now() + idle_timeout_;
  idle_.push_back(Idle{std::move(origin), std::move(connection), expiry});
  sweep_later();
}

void Pool::clear() {
  sweep_.cancel();
  idle_.clear();
}

void Pool::release() {
  if (waiting_.empty()) {
    --taken_;
    return;
  }
  Place* const next = waiting_.front();
  waiting_.pop_front();
  next->state_ = Place::State::held;
  next->gate_.cancel();
}

void Pool::sweep_later() {
  if (!sweep_.is_set() && !idle_.empty()) {
    const Milliseconds interval = std::min(kSweepInterval, idle_timeout_);
    sweep_.set(std::chrono::steady_clock::now() + interval, [this] { sweep(); });
  }
}

void Pool::sweep() {
  const Time now = std::chrono::steady_clock::now();
  std::erase_if(
      idle_, [now](const Idle& idle) { return idle.expiry <= now || !idle.connection->quiet(); });
  sweep_later();
}

Place::~Place() {
  if (state_ == State::waiting) {
    pool_.waiting_.remove(this);
  } else if (state_ == State::held) {
    pool_.release();
  }
}

asio::awaitable<void> Place::wait(Call& call) {
  if (pool_.taken_ < pool_.places_) {
    ++pool_.taken_;
    state_ = State::held;
    co_return;
  }
  call.enter(Phase::queued);
  state_ = State::waiting;
  pool_.waiting_.push_back(this);
  gate_.expires_at(asio::steady_timer::time_point::max());
  const Interrupt cut_short(call, [this] { gate_.cancel(); });
  boost::system::error_code cancelled;
  co_await gate_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

}  // namespace tender::http
