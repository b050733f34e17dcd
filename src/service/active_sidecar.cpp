#include "active_sidecar.hpp"

#include <algorithm>

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "tender/base/log_messages.hpp"
#include "tender/hook/address_guard.hpp"
#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"

namespace tender::service {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kHeartbeat{10'000};
constexpr Milliseconds kProof{60'000};  // that the database can be written
// Short, so that two sidecars never work side by side for long.
constexpr Milliseconds kFileCheck{1000};
constexpr Milliseconds kDrain{10'000};

http::ClientOptions receiver_options(const config::Env& env) {
  http::ClientOptions options;
  options.max_connections = 64;
  options.max_body = std::size_t{64} * 1024;  // nobody reads more of it
  if (!env.triggers.allow_private) {
    options.address_filter = hook::public_addresses_only();
  }
  return options;
}

}  // namespace

ActiveSidecar::ActiveSidecar(const asio::any_io_executor& executor, const config::Env& env,
                             Sidecar::Runtime runtime, store::DatabaseLock lock,
                             store::Command command, Logger& logger, Sidecar::Options options,
                             const Metrics& metrics)
    : lock_(std::move(lock)),
      database_(runtime.database),
      clock_(runtime.clock),
      logger_(logger),
      transport_(executor, zooid::transport_options(env)),
      logged_transport_(transport_, clock_, logger, metrics.counter("tender_zooid_requests_total")),
      receivers_(executor, receiver_options(env)),
      infra_(store::Query(database_), command, env,
             {database_, clock_, runtime.random, logged_transport_, logger, metrics, &receivers_},
             {.floor = options.floor}),
      retention_(env, database_, clock_, logger),
      checkpointer_(database_, clock_, logger),
      alarm_(clock_),
      loop_delays_(metrics.histogram("tender_event_loop_delay_seconds")) {
  if (options.schedules) {
    schedules_.emplace(
        executor, env, command,
        infra::ScheduleRunner::Runtime{database_, clock_, logger, infra_.outage(), metrics});
  }
  if (env.zooid_config_dir) {
    config_watch_.emplace(executor, *env.zooid_config_dir);
    if (const auto& fault = config_watch_->fault()) {
      write_log(logger_, logs::kFilesNotWatched, "cause", *fault);
    }
  }
}

asio::awaitable<void> ActiveSidecar::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (work() && keep_alive() && retention_.run() && checkpointer_.run() && watch_config() &&
            run_schedules());
  transport_.stop();
  receivers_.stop();
  if (files_ == Files::lock_lost) {
    throw store::StoreError(
        store::StoreFault::missing,
        fmt::format(
            "the lock file {} was removed or replaced while tender worked; this sidecar has "
            "stopped, because another one could have started beside it",
            lock_.path()),
        "let only tender touch that file, then start tender again");
  }
  if (files_ == Files::database_moved) {
    throw store::StoreError(
        store::StoreFault::missing,
        fmt::format("the database {} was moved, removed or replaced while tender worked on it",
                    database_.path().string()),
        "always stop tender first; start it again to work with the database that is there now");
  }
}

void ActiveSidecar::stop() {
  drain_until_ = clock_.now() + kDrain;
  infra_.stop();
  alarm_.notify();
}

asio::awaitable<void> ActiveSidecar::work() {
  co_await infra_.start();
  finished_ = true;
  alarm_.notify();
  retention_.stop();
  checkpointer_.stop();
  if (schedules_) {
    schedules_->stop();
  }
  if (config_watch_) {
    config_watch_->stop();
  }
}

asio::awaitable<void> ActiveSidecar::watch_config() {
  if (config_watch_) {
    std::function<void(const RelayId&)> notice = [this](const RelayId& id) {
      infra_.notice_file(id);
    };
    co_await config_watch_->run(std::move(notice));
  }
}

asio::awaitable<void> ActiveSidecar::run_schedules() {
  if (schedules_) {
    co_await schedules_->run();
  }
}

void ActiveSidecar::check_files() {
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

asio::awaitable<void> ActiveSidecar::keep_alive() {
  TimePoint next_beat = clock_.now();
  SteadyTime next_proof = clock_.steady() + kProof;
  while (!finished_) {
    const TimePoint now = clock_.now();
    if (now >= drain_until_) {
      write_log(logger_, logs::kDrainEnded, "in_flight", infra_.in_flight(), "waited",
                Milliseconds(kDrain));
      drain_until_ = TimePoint::max();
      transport_.stop();
      receivers_.stop();
      infra_.abandon();
    }
    if (infra_.is_stopping() && infra_.may_break_off()) {
      transport_.stop();  // what is under way only reads, and nobody waits for it
    }
    check_files();
    const bool beat_due =
        now >= next_beat || next_beat > now + kHeartbeat;  // or the clock was set back
    if (beat_due && files_ == Files::in_place && !infra_.waits_for_database()) {
      lock_.beat();
      next_beat = now + kHeartbeat;
    }
    if (clock_.steady() >= next_proof && files_ == Files::in_place) {
      infra_.prove_database();
      next_proof = clock_.steady() + kProof;
    }
    const TimePoint next = std::min(drain_until_, now + kFileCheck);
    const SteadyTime expected = clock_.steady() + (next - clock_.now());
    const bool woken = co_await alarm_.wait_until(next);
    if (!woken) {
      loop_delays_.observe(clock_.steady() - expected);
    }
  }
}

}  // namespace tender::service
