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
  if (moved_) {
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

asio::awaitable<void> Sidecar::keep_alive() {
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
    if (!moved_ && database_.has_moved()) {
      moved_ = true;
      stop();
    }
    if (!moved_ && !infra_.waits_for_database()) {
      lock_.beat();
    }
    const TimePoint next = std::min(drain_until_, now + kHeartbeat);
    co_await alarm_.wait_until(next);
  }
}

}  // namespace tender::cli
