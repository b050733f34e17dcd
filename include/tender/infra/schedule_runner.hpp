// Carries out the commands of the table `schedule` when they are due; at its start also those that
// became due while no sidecar ran, each once. What a command writes is committed together with the
// end of its schedule, so that a process that dies in between repeats nothing and loses nothing.
// Two kinds are more than one transaction can do, and begin again after that: requests for many
// relays, which ask again for what was asked for, and backups. Run beside Infra by the holder of
// the DatabaseLock, on the one thread.
#pragma once

#include <span>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include "tender/base/log.hpp"
#include "tender/base/metrics.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/config/env.hpp"
#include "tender/model/schedule.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/activity_channel.hpp"
#include "tender/store/background_backup.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"
#include "tender/store/schedule_table.hpp"
#include "tender/store/store_outage.hpp"

namespace tender::infra {

class ScheduleRunner {
 public:
  /// All borrowed but the metrics.
  struct Runtime {
    store::Database& database;
    Clock& clock;
    Logger& logger;
    store::StoreOutage& outage;  // the one of Infra
    Metrics metrics{};           // not borrowed
  };

  /// Borrows `env`, and subscribes to command.notify(): whoever schedules a command writes an
  /// activity.
  ScheduleRunner(boost::asio::any_io_executor executor, const config::Env& env,
                 store::Command command, Runtime runtime);

  /// Works until stop(), or until the channel closes. A fault of the database is waited out; what a
  /// command is refused for ends its schedule with an activity that says why. A backup that failed
  /// is made at its next time. Must outlive the coroutine.
  boost::asio::awaitable<void> run();

  /// What is under way and cannot be committed yet is broken off, and is due at the next start.
  void stop();

 private:
  boost::asio::awaitable<TimePoint> run_due();
  boost::asio::awaitable<void> run_one(Schedule schedule);
  boost::asio::awaitable<void> back_up(Schedule schedule, ScheduledWork work);
  boost::asio::awaitable<void> reconcile_relays(Schedule schedule, ScheduledWork work);
  boost::asio::awaitable<void> retry_dead_letters(Schedule schedule, ScheduledWork work);
  boost::asio::awaitable<void> breathe();
  boost::asio::awaitable<void> rest();
  void run_at_once(const Schedule& schedule, const ScheduledWork& work);
  void carry_out(const ScheduledWork& work, bool repeats, store::Command& command);
  void retry_dead_letter(std::int64_t number, store::Command& command);
  [[nodiscard]] std::size_t ask(std::span<const Relay> relays, bool forced,
                                store::Command& command);
  [[nodiscard]] std::size_t retry_portion(std::span<const outbox::DeadLetter> letters,
                                          store::Command& command);
  [[nodiscard]] bool is_still_due(const Schedule& schedule) const;
  [[nodiscard]] std::optional<TimePoint> next_of(const Schedule& schedule) const;
  void complete(const Schedule& schedule);
  void fail(const Schedule& schedule, const Error& error, std::optional<TimePoint> next);
  void log_run(const Schedule& schedule) const;

  const config::Env& env_;
  store::Query query_;
  store::Command command_;
  Runtime runtime_;
  store::ActivityChannel::Receiver receiver_;
  store::ScheduleTable table_;
  outbox::DeadLetters letters_;
  store::BackgroundBackup backup_;
  Wakeup pause_;
  Counter runs_;
  bool stopping_ = false;
};

}  // namespace tender::infra
