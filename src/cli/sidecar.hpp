// The worker as a process runs it: Infra on the real network, the database's lock with its
// heartbeat and the upkeep that only its holder does, and the drain when it is told to stop. `run`
// hosts it for good, `reconcile` for as long as its work takes.
#pragma once

#include "tender/base/log.hpp"
#include "tender/http/client.hpp"
#include "tender/http/logged_transport.hpp"
#include "tender/infra/infra.hpp"
#include "tender/infra/retention.hpp"
#include "tender/store/checkpointer.hpp"
#include "tender/store/database_lock.hpp"

namespace tender::cli {

class Sidecar {
 public:
  /// `lock` is the database's; the rest is borrowed. Throws Error when ZOOID_API_CA_FILE cannot be
  /// used.
  Sidecar(const boost::asio::any_io_executor& executor, const config::Env& env, Database& database,
          DatabaseLock lock, Clock& clock, Random& random, Command command, Logger& logger,
          infra::Infra::Options options);

  /// Works until stop(), and until what was in flight then is settled: at most 10 s later. Stops by
  /// itself, and throws StoreError at its end, when the database or the lock file was removed or
  /// replaced, because another sidecar may work on what is there now.
  boost::asio::awaitable<void> run();
  void stop();

  [[nodiscard]] infra::Infra& infra() { return infra_; }

 private:
  boost::asio::awaitable<void> work();
  boost::asio::awaitable<void> keep_alive();

  DatabaseLock lock_;
  Database& database_;
  enum class Files : std::uint8_t { in_place, database_moved, lock_lost };
  void check_files();
  Files files_ = Files::in_place;
  Clock& clock_;
  Logger& logger_;
  http::Client transport_;
  http::LoggedTransport logged_transport_;
  infra::Infra infra_;
  infra::Retention retention_;
  Checkpointer checkpointer_;
  Wakeup alarm_;
  TimePoint drain_until_ = TimePoint::max();
  bool finished_ = false;
};

/// The HTTP client that `env` asks for.
[[nodiscard]] http::ClientOptions transport_options(const config::Env& env);

}  // namespace tender::cli
