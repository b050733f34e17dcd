// The sidecar while it holds the database's lock: Infra on the real network, the heartbeat, the
// upkeep that only the holder of the lock does, and the drain when it is told to stop. Sidecar
// makes it. On the one thread.
#pragma once

#include <utility>

#include "tender/base/wakeup.hpp"
#include "tender/http/client.hpp"
#include "tender/http/logged_transport.hpp"
#include "tender/infra/infra.hpp"
#include "tender/infra/retention.hpp"
#include "tender/infra/schedule_runner.hpp"
#include "tender/service/sidecar.hpp"
#include "tender/store/checkpointer.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/zooid/config_watch.hpp"

namespace tender::service {

class ActiveSidecar {
 public:
  /// `lock` is the database's; the rest is borrowed. Throws Error when ZOOID_API_CA_FILE cannot be
  /// used.
  ActiveSidecar(const boost::asio::any_io_executor& executor, const config::Env& env,
                Sidecar::Runtime runtime, store::DatabaseLock lock, store::Command command,
                Logger& logger, Sidecar::Options options, const Metrics& metrics);

  /// Works until stop(), and until what was in flight then is settled: at most 10 s later. Stops by
  /// itself, and throws StoreError at its end, when the database or the lock file was removed or
  /// replaced, because another sidecar may work on what is there now.
  boost::asio::awaitable<void> run();
  void stop();

  /// As Infra::hold.
  void hold(const store::StoreError& fault) { infra_.hold(fault); }

  [[nodiscard]] std::size_t in_flight() const { return infra_.in_flight(); }
  [[nodiscard]] const infra::Infra& infra() const { return infra_; }
  boost::asio::awaitable<infra::MemberList> list_relay_members(RelayId id) {
    return infra_.list_relay_members(std::move(id));
  }
  boost::asio::awaitable<infra::RelayComparison> compare_relay(Relay relay) {
    return infra_.compare_relay(std::move(relay));
  }

 private:
  enum class Files : std::uint8_t { in_place, database_moved, lock_lost };

  boost::asio::awaitable<void> work();
  boost::asio::awaitable<void> keep_alive();
  boost::asio::awaitable<void> watch_config();
  boost::asio::awaitable<void> run_schedules();
  void check_files();

  store::DatabaseLock lock_;
  store::Database& database_;
  Clock& clock_;
  Logger& logger_;
  http::Client transport_;
  http::LoggedTransport logged_transport_;
  http::Client receivers_;  // of webhooks, with the guard of their addresses
  infra::Infra infra_;
  infra::Retention retention_;
  store::Checkpointer checkpointer_;
  std::optional<infra::ScheduleRunner> schedules_;  // nothing: they are left to another sidecar
  std::optional<zooid::ConfigWatch> config_watch_;  // nothing: ZOOID_CONFIG_DIR is not set
  Wakeup alarm_;
  Histogram loop_delays_;
  Files files_ = Files::in_place;
  TimePoint drain_until_ = TimePoint::max();
  bool finished_ = false;
};

}  // namespace tender::service
