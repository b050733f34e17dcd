// The sidecar as an object: as long as run() runs, zooid is kept in step with the database. It
// takes care of standby, lock, heartbeat, drain and the upkeep of the database; the program that
// runs it takes care of signals and the process. `tender run` and `tender reconcile` run it, and so
// can a control plane (examples/embed.cpp is a complete one), on the one thread of its io_context:
//
//   service::Sidecar sidecar(env, io.get_executor(), *logger, {});
//   asio::co_spawn(io, sidecar.run(), when_it_ends);   // standby, then work
//   sidecar.command().create_relay(change);            // from now on, on the same thread
//   auto heard = sidecar.activities().subscribe();     // whoever wrote them: see ActivityChannel
//   sidecar.stop();                                    // run() returns when work in flight is done
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/base/random.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/config/env.hpp"
#include "tender/infra/compare_relay.hpp"
#include "tender/infra/members.hpp"
#include "tender/outbox/job.hpp"
#include "tender/store/activity_feed.hpp"
#include "tender/store/command.hpp"
#include "tender/store/damage_search.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"

namespace tender::service {

class ActiveSidecar;

class Sidecar {
 public:
  struct Options {
    /// Whether run() waits while another sidecar holds the database's lock, or returns.
    bool standby = true;
    /// Only work at least this urgent is done; the rest stays in the outbox.
    outbox::Priority floor = outbox::Priority::bulk;
    /// Whether scheduled commands are carried out when they are due.
    bool schedules = true;
  };

  /// What it works with; all borrowed, and must outlive it.
  struct Runtime {
    store::Database& database;
    Clock& clock;
    Random& random;
  };

  /// Opens the database that `env` names, and creates it when there is none. A damaged one is
  /// refused before anything is written: a file of up to 64 MiB is checked here, which blocks for a
  /// tenth of a second, a larger one by run(). Borrows `env` and `logger`. Throws StoreError.
  Sidecar(const config::Env& env, boost::asio::any_io_executor executor, Logger& logger,
          Options options);

  /// On a database that is open already; it is not searched for damage. Borrows all but the
  /// options.
  Sidecar(const config::Env& env, boost::asio::any_io_executor executor, Logger& logger,
          Runtime runtime, Options options);

  ~Sidecar();
  Sidecar(const Sidecar&) = delete;
  Sidecar& operator=(const Sidecar&) = delete;

  /// Waits for the database's lock and works until stop(), and until what is in flight then is
  /// settled: at most 10 s later. Then the lock is free. A database that cannot be worked on is
  /// logged and waited for. False: it never held the lock, because it was stopped before that, or
  /// was told not to wait. Throws at its end, StoreError when it has stopped by itself because the
  /// database or the lock file was moved, removed or replaced, Error when ZOOID_API_CA_FILE cannot
  /// be used, or when the environment would take something away from relays
  /// (infra::SettingChanges). Once only; the sidecar must outlive it.
  boost::asio::awaitable<bool> run();

  /// At any time, also before run().
  void stop();

  /// How it is now.
  struct Condition {
    bool active = false;          // it holds the database's lock
    bool standby = false;         // it waits for that lock
    bool begun = false;           // it has begun to give work to the relays that lack it
    bool outage = false;          // it waits for the database to work again
    std::string outage_reason{};  // what the database said last, and what helps; empty: no outage
    bool stopping = false;
    std::size_t lost = 0;  // relays that zooid had and no longer has, as far as it has seen
  };
  [[nodiscard]] Condition condition() const;

  // As Infra's; nothing on standby, where zooid is asked for nothing.
  boost::asio::awaitable<std::optional<infra::MemberList>> list_relay_members(RelayId id);
  boost::asio::awaitable<std::optional<infra::RelayComparison>> compare_relay(Relay relay);

  /// Somebody beside the sidecar has met `fault`: work stops until the database is well, unless it
  /// was only locked.
  void note_fault(const store::StoreError& fault);

  /// How many requests to zooid are under way; none on standby.
  [[nodiscard]] std::size_t in_flight() const;

  // For the program that runs it, at any time, whether or not run() has the lock: what others write
  // in the database is heard as well as what is written here. All of it lives as long as the
  // sidecar.

  [[nodiscard]] store::Command command();
  [[nodiscard]] store::Query query() { return store::Query(runtime_.database); }
  [[nodiscard]] store::Database& database() { return runtime_.database; }
  /// What all of it measures; AdminServer shows it.
  [[nodiscard]] const Metrics& metrics() const { return metrics_; }
  /// Fed while run() runs; what was written since the constructor is heard then. Closed at its end.
  [[nodiscard]] store::ActivityChannel& activities() { return feed_.channel(); }

 private:
  struct Own;  // what is not borrowed
  Sidecar(const config::Env& env, boost::asio::any_io_executor executor, Logger& logger,
          std::unique_ptr<Own> own, Options options);

  boost::asio::awaitable<void> work();
  boost::asio::awaitable<void> become_active();
  boost::asio::awaitable<void> run_active();
  boost::asio::awaitable<void> look_for_damage();
  void warn_of_odd_rows();

  Metrics metrics_ = Metrics::make();
  std::unique_ptr<Own> own_;  // null: all is borrowed
  const config::Env& env_;
  boost::asio::any_io_executor executor_;
  Logger& logger_;
  Runtime runtime_;
  Options options_;
  store::Integrity integrity_ = store::Integrity::sound;  // as far as it was looked at
  store::DamageSearch damage_search_;
  store::ActivityFeed feed_;
  Wakeup alarm_;
  // Null: on standby. Shared with those who wait for an answer of it.
  std::shared_ptr<ActiveSidecar> active_;
  std::exception_ptr error_;  // that run() ends with
  bool standby_ = false;
  bool stopping_ = false;
};

}  // namespace tender::service
