#include "follow.hpp"

#include <algorithm>
#include <csignal>
#include <iostream>
#include <ostream>
#include <utility>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "event_loop.hpp"
#include "output.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kBetweenLooks{1};
constexpr std::chrono::seconds kBetweenLooksAtNothing{30};
constexpr int kRest = 9;  // of ten parts of the time

}  // namespace

Follow::Follow(const Invocation& invocation, store::Database& database, std::int64_t after_seq,
               Listener listener)
    : invocation_(invocation),
      database_(database),
      listener_(std::move(listener)),
      logger_(make_null_logger()),
      clock_(io_.get_executor()),
      feed_(io_.get_executor(), database, clock_, *logger_),
      receiver_(feed_.channel().subscribe()),
      cursor_(store::Query(database), after_seq),
      signals_(io_, SIGTERM, SIGINT),
      alarm_(clock_) {}

void Follow::to_end() {
  run_to_end(io_, follow());
}

asio::awaitable<void> Follow::follow() {
  using namespace asio::experimental::awaitable_operators;
  stop_when_nobody_reads();
  co_await (heed_signals() && feed_.run() && tell_activities() && look_around());
}

asio::awaitable<void> Follow::tell_activities() {
  while (!stopped_) {
    const auto received = co_await receiver_.recv();
    if (std::holds_alternative<store::Closed>(received.item)) {
      break;
    }
    for (auto rows = cursor_.next(); !rows.empty(); rows = cursor_.next()) {
      std::ranges::for_each(rows, listener_.activity);
    }
    stop_when_nobody_reads();
  }
  stop();
}

// For changes without an activity, and because a pipe that nobody reads any more tells only whoever
// asks.
asio::awaitable<void> Follow::look_around() {
  std::int64_t seen = -1;
  SteadyTime told = clock_.steady();
  while (!stopped_) {
    const SteadyTime begun = clock_.steady();
    if (const auto version = database_.data_version();
        listener_.commit && (version != seen || begun - told > kBetweenLooksAtNothing)) {
      seen = version;
      told = begun;
      listener_.commit();
    }
    stop_when_nobody_reads();
    const auto pause = std::max<Milliseconds>(
        kBetweenLooks, kRest * std::chrono::duration_cast<Milliseconds>(clock_.steady() - begun));
    const TimePoint next = clock_.now() + pause;
    if (!stopped_) {
      co_await alarm_.wait_until(next);
    }
  }
}

asio::awaitable<void> Follow::heed_signals() {
  if (stopped_) {
    co_return;
  }
  boost::system::error_code ended;
  co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  if (!ended) {
    stop();
  }
}

void Follow::stop_when_nobody_reads() {
  const bool is_stdout = invocation_.out.rdbuf() == std::cout.rdbuf();
  if (!invocation_.out.flush() || (is_stdout && reader_has_gone())) {
    stop();
  }
}

void Follow::stop() {
  if (!std::exchange(stopped_, true)) {
    feed_.stop();
    signals_.cancel();
    alarm_.notify();
  }
}

}  // namespace tender::cli
