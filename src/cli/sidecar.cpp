#include "sidecar.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kHeartbeat{10'000};
// Short, so that two sidecars never work side by side for long.
constexpr Milliseconds kFileCheck{1000};
constexpr Milliseconds kDrain{10'000};

}  // namespace

http::ClientOptions transport_options(const config::Env& env) {
  http::ClientOptions options;
  options.max_connections = env.relay_sync_concurrency;
  if (env.zooid_api_ca_file) {
    options.ca_file = env.zooid_api_ca_file->string();
  }
  return options;
}

Sidecar::Sidecar(const asio::any_io_executor& executor, const config::Env& env, Database& database,
                 DatabaseLock lock, Clock& clock, Random& random, Command command, Logger& logger,
                 infra::Infra::Options options)
    : lock_(std::move(lock)),
      database_(database),
      clock_(clock),
      logger_(logger),
      transport_(executor, transport_options(env)),
      logged_transport_(transport_, clock, logger),
      infra_(Query(database), command, env, {database, clock, random, logged_transport_, logger},
             options),
      retention_(env, database, clock, logger),
      checkpointer_(database, clock, logger),
      alarm_(clock) {}

asio::awaitable<void> Sidecar::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (work() && keep_alive() && retention_.run() && checkpointer_.run());
  transport_.stop();
  if (files_ == Files::lock_lost) {
    throw StoreError(
        StoreFault::missing,
        fmt::format(
            "the lock file {} was removed or replaced while tender worked; this sidecar has "
            "stopped, because another one could have started beside it",
            lock_.path()),
        "let only tender touch that file, then start tender again");
  }
  if (files_ == Files::database_moved) {
    throw StoreError(
        StoreFault::missing,
        fmt::format("the database {} was moved, removed or replaced while tender worked on it",
                    database_.path().string()),
        "stop tender before that; start it again to work on what is there now");
  }
}

void Sidecar::stop() {
  drain_until_ = clock_.now() + kDrain;
  infra_.stop();
  alarm_.notify();
}

asio::awaitable<void> Sidecar::work() {
  co_await infra_.start();
  finished_ = true;
  alarm_.notify();
  retention_.stop();
  checkpointer_.stop();
}

void Sidecar::check_files() {
  if (files_ != Files::in_place) {
    return;
  }
  if (database_.has_moved()) {
    files_ = Files::database_moved;
  } else if (lock_.is_lost()) {
    files_ = Files::lock_lost;
  } else {
    return;
  }
  stop();
}

asio::awaitable<void> Sidecar::keep_alive() {
  TimePoint next_beat = clock_.now();
  while (!finished_) {
    const TimePoint now = clock_.now();
    if (now >= drain_until_) {
      logger_.warn(
          "{} in flight after {} s, broken off; they are due again at the "
          "next start",
          infra_.in_flight(), kDrain / std::chrono::seconds(1));
      drain_until_ = TimePoint::max();
      transport_.stop();
      infra_.abandon();
    }
    check_files();
    const bool beat_due =
        now >= next_beat || next_beat > now + kHeartbeat;  // or the clock was set back
    if (beat_due && files_ == Files::in_place && !infra_.waits_for_database()) {
      lock_.beat();
      next_beat = now + kHeartbeat;
    }
    const TimePoint next = std::min(drain_until_, now + kFileCheck);
    co_await alarm_.wait_until(next);
  }
}

}  // namespace tender::cli
