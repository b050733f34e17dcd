// The background worker that listens for activity and keeps zooid in step. It ties router, outbox,
// dispatcher and RelaySync together; service::Sidecar hosts it. One per database: the caller holds
// the DatabaseLock. On the io_context's one thread.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/base/random.hpp"
#include "tender/config/env.hpp"
#include "tender/http/transport.hpp"
#include "tender/infra/compare_relay.hpp"
#include "tender/infra/hook_delivery.hpp"
#include "tender/infra/hook_outbox.hpp"
#include "tender/infra/letter_count.hpp"
#include "tender/infra/members.hpp"
#include "tender/infra/receivers.hpp"
#include "tender/infra/relay_sweep.hpp"
#include "tender/infra/relay_sync.hpp"
#include "tender/infra/setting_changes.hpp"
#include "tender/outbox/dispatcher.hpp"
#include "tender/outbox/router.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"
#include "tender/store/relay_pages.hpp"

namespace tender::infra {

class Infra {
 public:
  /// What it works with; all but the metrics is borrowed, and must outlive it.
  struct Runtime {
    store::Database& database;
    Clock& clock;
    Random& random;
    http::Transport& transport;
    Logger& logger;
    Metrics metrics{};
    http::Transport* receivers = nullptr;  // for webhooks; null: the same as for zooid
  };

  struct Options {
    /// Only work at least this urgent is done; the rest stays in the outbox.
    outbox::Priority floor = outbox::Priority::bulk;
  };

  /// Borrows `env`, which must outlive it, and subscribes to command.notify(). Throws Error when
  /// TRIGGER_KEY is not a key.
  Infra(store::Query query, store::Command command, const config::Env& env, Runtime runtime,
        Options options);

  /// Reconciles, then works until stop() is called or the channel closes, and until all that was in
  /// flight is settled. No transaction does more than a Portion, however long the activity log and
  /// the list of relays are; work begins with what the first one has found. A database fault is
  /// logged and waited out, never thrown. Must outlive the coroutine.
  boost::asio::awaitable<void> start();

  /// Claims nothing more; start() returns when what is in flight has been settled.
  void stop();

  /// After stop(), once the transport was stopped: start() returns even when the database cannot
  /// take the last results. They are due again at the next start.
  void abandon() { dispatcher_.abandon(); }

  /// Somebody has written zooid's file of the relay: looks at it soon, if it is in step. While a
  /// sync is under way zooid itself writes it, and a check follows anyway.
  void notice_file(const RelayId& id);

  /// What zooid lists; see MemberList for the ways that it can fail. Wants start() to run. Callers
  /// who ask for one relay at the same time share one request. Each address may take
  /// ZOOID_API_TIMEOUT.
  boost::asio::awaitable<MemberList> list_relay_members(RelayId id);

  /// The relay beside what zooid serves and holds now: where RELAY_VERIFY is off, what it holds
  /// alone. Waits and wants as list_relay_members(). Throws StoreError, and ConfigDirectoryError
  /// when ZOOID_CONFIG_DIR cannot be read.
  boost::asio::awaitable<RelayComparison> compare_relay(Relay relay);

  [[nodiscard]] std::size_t in_flight() const { return dispatcher_.in_flight(); }
  [[nodiscard]] bool may_break_off() const { return dispatcher_.may_break_off(); }

  /// Stops work until the database is well, as when Infra has met `fault` itself.
  void hold(const store::StoreError& fault) {
    dispatcher_.outage().begin(fault);
    dispatcher_.wake();  // it looks when the fault is over
  }

  /// As StoreOutage::prove_writable.
  void prove_database() {
    dispatcher_.outage().prove_writable();
    dispatcher_.wake();
  }

  /// For loops that share the database's connection with it.
  [[nodiscard]] store::StoreOutage& outage() { return dispatcher_.outage(); }

  /// Whether start() has begun to give work to the relays that lack it.
  [[nodiscard]] bool has_begun() const { return begun_; }

  [[nodiscard]] bool is_stopping() const { return stopping_; }

  /// How many relays zooid had and no longer has, as far as this process has seen.
  [[nodiscard]] std::size_t count_lost() const { return relay_check_.count_lost(); }

  /// Whether work has stopped because the database cannot be read or written.
  [[nodiscard]] bool waits_for_database() const { return dispatcher_.outage().ongoing(); }
  /// As StoreOutage::error.
  [[nodiscard]] const std::optional<store::StoreError>& database_error() const {
    return dispatcher_.outage().error();
  }

 private:
  [[nodiscard]] outbox::Registry registry();
  boost::asio::awaitable<void> listen();
  boost::asio::awaitable<void> reconcile_now_and_then();
  boost::asio::awaitable<void> sweep();
  boost::asio::awaitable<void> give_up_expired();
  boost::asio::awaitable<void> enqueue_changed_settings(Wakeup& pause);
  boost::asio::awaitable<bool> catch_up(std::optional<std::string_view> reconcile_because,
                                        Wakeup& pause);
  boost::asio::awaitable<void> breathe(Wakeup& pause);
  [[nodiscard]] outbox::Router::Routed route_portion();
  void route_rest();
  void mend_outbox();
  void handle_activity(const Activity& activity);
  void handle_relay_activity(const Activity& activity, ActivityType type);
  void handle_trigger_activity(const Activity& activity);
  void note_given_up(const outbox::Job& job, const outbox::GiveUp& why, std::int64_t letter);
  void schedule_relay_check(const Activity& activity);
  void handle_command(const Activity& activity, ActivityType type);
  boost::asio::awaitable<void> reconcile_relay_state(std::string_view source, Wakeup& pause);
  boost::asio::awaitable<std::size_t> find_lost_work(store::RelayPages::List list,
                                                     std::string_view source, Wakeup& pause);
  [[nodiscard]] bool lacks_work(const Relay& relay);
  [[nodiscard]] bool is_out_of_settings(const Relay& relay) const;
  [[nodiscard]] std::size_t schedule_lost_work(std::span<const Relay> listed,
                                               std::string_view source);
  void schedule_relay_sync_retry(const Relay& relay, std::string_view source);

  store::Query query_;
  store::Command command_;
  const config::Env& env_;
  Runtime runtime_;
  store::ActivityChannel::Receiver receiver_;
  zooid::Client client_;
  zooid::Reader reader_;
  SettingChanges settings_;
  std::vector<SettingChange> changed_settings_;  // some relays that they concern have no work yet
  RelaySyncRetry retry_;
  RelayCheck relay_check_;
  RelaySweep relay_sweep_;
  SyncRunner sync_runner_;
  RelaySync relay_sync_;
  HookOutbox hook_outbox_;
  HookDelivery hook_delivery_;
  Receivers receivers_;
  outbox::Outbox outbox_;
  outbox::DeadLetters dead_letters_;
  outbox::Router router_;
  outbox::Dispatcher dispatcher_;
  Counter missed_;             // by receiver_
  LetterCount added_letters_;  // without the dispatcher
  Counter deliveries_;
  Wakeup pause_;     // of listen()
  Wakeup interval_;  // of reconcile_now_and_then()
  Wakeup sweep_;     // of sweep()
  Wakeup expiry_;    // of give_up_expired()
  outbox::Priority floor_;
  bool begun_ = false;
  bool stopping_ = false;
};

}  // namespace tender::infra
