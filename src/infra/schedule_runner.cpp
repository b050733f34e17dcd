#include "tender/infra/schedule_runner.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "tender/base/cron.hpp"
#include "tender/base/log_messages.hpp"
#include "tender/infra/letter_work.hpp"
#include "tender/infra/reconcile_scope.hpp"
#include "tender/store/database.hpp"
#include "tender/store/portion.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

namespace tender::infra {
namespace {

namespace asio = boost::asio;
using outbox::DeadLetter;

Relay require_relay_to_ask_for(const store::Query& query, const RelayId& id) {
  auto relay = query.get_relay(id);
  if (!relay) {
    throw store::NoSuchRelay(id.text);
  }
  if (relay->status == RelayStatus::deleted) {
    throw store::CommandError(fmt::format("relay {} ({}) is deleted", relay->subdomain, id.text),
                              "nothing: there is no such relay any more");
  }
  return std::move(*relay);
}

// What another program, or a newer tender, may have written.
std::optional<Error> fault_of(const Schedule& schedule) {
  if (!parse_scheduled_command(schedule.command)) {
    return Error(fmt::format("this version of tender does not know the command \"{}\"",
                             printable(schedule.command, 80)),
                 "run the version that scheduled it, and schedule it again");
  }
  try {
    if (schedule.repeats()) {
      static_cast<void>(CronExpression(schedule.cron));
    }
  } catch (const InvalidCron& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace

ScheduleRunner::ScheduleRunner(asio::any_io_executor executor, const config::Env& env,
                               store::Command command, Runtime runtime)
    : env_(env),
      query_(runtime.database),
      command_(std::move(command)),
      runtime_(runtime),
      receiver_(command_.notify().subscribe()),
      table_(runtime.database),
      letters_(runtime.database),
      backup_(std::move(executor), runtime.clock),
      pause_(runtime.clock),
      runs_(runtime.metrics.counter("tender_scheduled_commands_total")) {}

asio::awaitable<void> ScheduleRunner::run() {
  while (!stopping_ && !receiver_.closed()) {
    const TimePoint next = co_await run_due();
    if (!stopping_) {
      co_await receiver_.skip_until(next);
    }
  }
}

void ScheduleRunner::stop() {
  stopping_ = true;
  receiver_.close();
  backup_.stop();
  pause_.notify();
}

// Carries out what is due; when to look again.
asio::awaitable<TimePoint> ScheduleRunner::run_due() {
  if (!runtime_.outage.over()) {
    co_return runtime_.outage.retry_at();
  }
  try {
    auto due = table_.find_due(runtime_.clock.now());
    while (due && !stopping_) {
      Schedule schedule = due.value_or(Schedule());
      co_await run_one(std::move(schedule));
      co_await breathe();
      due = table_.find_due(runtime_.clock.now());
    }
    co_return table_.next_due().value_or(TimePoint::max());
  } catch (const store::StoreError& error) {
    runtime_.outage.begin(error);
  }
  co_return runtime_.outage.retry_at();
}

// Between two portions.
asio::awaitable<void> ScheduleRunner::rest() {
  const TimePoint next = runtime_.clock.now() + store::Portion::kBreath;
  co_await pause_.wait_until(next);
}

// Between two commands, when it is the turn of others.
asio::awaitable<void> ScheduleRunner::breathe() {
  while (!stopping_ && runtime_.database.write_turns().is_others()) {
    const TimePoint turn = runtime_.database.write_turns().next();
    co_await pause_.wait_until(turn);
  }
}

asio::awaitable<void> ScheduleRunner::run_one(Schedule schedule) {
  if (const auto fault = fault_of(schedule)) {
    fail(schedule, *fault, std::nullopt);
    co_return;
  }
  ScheduledWork work = work_of(schedule).value_or(ScheduledWork());
  switch (work.command) {
    case ScheduledCommand::back_up:
      co_await back_up(std::move(schedule), std::move(work));
      break;
    case ScheduledCommand::reconcile_relays:
      co_await reconcile_relays(std::move(schedule), std::move(work));
      break;
    case ScheduledCommand::retry_dead_letters:
      co_await retry_dead_letters(std::move(schedule), std::move(work));
      break;
    default:
      run_at_once(schedule, work);
  }
}

// The command and the end of its run, in one transaction.
void ScheduleRunner::run_at_once(const Schedule& schedule, const ScheduledWork& work) {
  try {
    store::Transaction transaction(runtime_.database);
    if (!is_still_due(schedule)) {
      return;
    }
    store::Command command = command_.acting_for(schedule.principal);
    command.complete_schedule(schedule, next_of(schedule));
    carry_out(work, schedule.repeats(), command);
    transaction.commit();
    log_run(schedule);
  } catch (const store::CommandError& error) {
    fail(schedule, error, std::nullopt);
  }
}

void ScheduleRunner::carry_out(const ScheduledWork& work, bool repeats, store::Command& command) {
  switch (work.command) {
    case ScheduledCommand::activate_relay:
      command.activate_relay(work.relay);
      break;
    case ScheduledCommand::deactivate_relay:
      command.deactivate_relay(work.relay);
      break;
    case ScheduledCommand::delete_relay:
      command.delete_relay(work.relay);
      break;
    case ScheduledCommand::reconcile_relay:
      command.reconcile_relay(require_relay_to_ask_for(query_, work.relay),
                              {.forced = work.forced, .bulk = repeats});
      break;
    case ScheduledCommand::retry_dead_letter:
      retry_dead_letter(work.dead_letter, command);
      break;
    case ScheduledCommand::reconcile_relays:
    case ScheduledCommand::retry_dead_letters:
    case ScheduledCommand::back_up:
      break;  // not at once
  }
}

void ScheduleRunner::retry_dead_letter(std::int64_t number, store::Command& command) {
  const auto letter = letters_.find(number);
  if (!letter) {
    throw store::CommandError(fmt::format("there is no dead letter {}", number),
                              "see `tender dead-letter list`");
  }
  if (!letters_.resolve(number, outbox::Resolution::retried, runtime_.clock.now())) {
    throw store::CommandError(fmt::format("dead letter {} is already {}", number,
                                          letter->resolution.value_or("resolved")),
                              "nothing: see `tender dead-letter list` for the open ones");
  }
  if (!ask_again(runtime_.database, command, *letter, /*bulk=*/false)) {
    throw store::CommandError(
        fmt::format("what dead letter {} is about is no longer in the database", number),
        fmt::format("close it with `tender dead-letter discard {}`", number));
  }
}

asio::awaitable<void> ScheduleRunner::reconcile_relays(Schedule schedule, ScheduledWork work) {
  store::Command command = command_.acting_for(schedule.principal);
  ReconcileScope scope(runtime_.database,
                       work.all ? ReconcileScope::Kind::all : ReconcileScope::Kind::unfinished);
  auto relays = scope.next();
  while (!relays.empty() && !stopping_) {
    if (work.all && !work.forced) {
      std::erase_if(relays, [this](const Relay& relay) {
        return needs_nothing(env_, runtime_.database, relay);
      });
    }
    std::size_t done = 0;
    while (done < relays.size() && !stopping_) {
      done += ask(std::span(relays).subspan(done), work.forced, command);
      co_await rest();
    }
    co_await rest();
    relays = scope.next();
  }
  if (!stopping_) {
    complete(schedule);
  }
}

// For the first of `relays`, in one transaction; how many.
std::size_t ScheduleRunner::ask(std::span<const Relay> relays, bool forced,
                                store::Command& command) {
  store::Portion portion(runtime_.clock);
  std::size_t done = 0;
  store::Transaction transaction(runtime_.database);
  while (done < relays.size() && portion.take()) {
    command.reconcile_relay(relays[done], {.forced = forced, .bulk = true});
    ++done;
  }
  transaction.commit();
  return done;
}

// Not those that come meanwhile: a relay that is given up again waits for a person.
asio::awaitable<void> ScheduleRunner::retry_dead_letters(Schedule schedule, ScheduledWork work) {
  store::Command command = command_.acting_for(schedule.principal);
  const TimePoint begun = runtime_.clock.now();
  auto letters = letters_.list(/*all=*/false, 0, store::Portion::kRows);
  while (!letters.empty() && !stopping_) {
    const std::int64_t seen = letters.back().id;
    std::erase_if(letters, [&](const DeadLetter& letter) {
      return letter.created_at > begun || (!work.reason.empty() && letter.reason != work.reason);
    });
    std::size_t done = 0;
    while (done < letters.size() && !stopping_) {
      done += retry_portion(std::span(letters).subspan(done), command);
      co_await rest();
    }
    co_await rest();
    letters = letters_.list(/*all=*/false, seen, store::Portion::kRows);
  }
  if (!stopping_) {
    complete(schedule);
  }
}

std::size_t ScheduleRunner::retry_portion(std::span<const DeadLetter> letters,
                                          store::Command& command) {
  store::Portion portion(runtime_.clock);
  std::size_t done = 0;
  store::Transaction transaction(runtime_.database);
  while (done < letters.size() && portion.take()) {
    const DeadLetter& letter = letters[done];
    ++done;
    if (subject_of(runtime_.database, letter).exists &&
        letters_.resolve(letter.id, outbox::Resolution::retried, runtime_.clock.now())) {
      static_cast<void>(ask_again(runtime_.database, command, letter, /*bulk=*/true));
    }
  }
  transaction.commit();
  return done;
}

asio::awaitable<void> ScheduleRunner::back_up(Schedule schedule, ScheduledWork work) {
  std::filesystem::path source = runtime_.database.path();
  std::filesystem::path directory = work.directory;
  store::BackgroundBackup::Result result =
      co_await backup_.run(std::move(source), std::move(directory), work.keep);
  if (result.made) {
    complete(schedule);
    write_log(runtime_.logger, logs::kBackedUp, "schedule", schedule.id, "path",
              result.made->path.string(), "bytes", result.made->bytes, "removed",
              result.made->removed.size());
  } else if (result.error) {
    fail(schedule, *result.error, next_of(schedule));
  }
}

bool ScheduleRunner::is_still_due(const Schedule& schedule) const {
  const auto row = table_.find(schedule.id);
  return row && row->state == ScheduleState::waiting && row->next_at == schedule.next_at;
}

// However many times were missed, the next one is in the future.
std::optional<TimePoint> ScheduleRunner::next_of(const Schedule& schedule) const {
  if (!schedule.repeats()) {
    return std::nullopt;
  }
  return CronExpression(schedule.cron).next_after(runtime_.clock.now());
}

// What many transactions have carried out.
void ScheduleRunner::complete(const Schedule& schedule) {
  store::Transaction transaction(runtime_.database);
  const bool still_due = is_still_due(schedule);  // it may have been cancelled meanwhile
  if (still_due) {
    command_.acting_for(schedule.principal).complete_schedule(schedule, next_of(schedule));
  }
  transaction.commit();
  if (still_due) {
    log_run(schedule);
  }
}

void ScheduleRunner::fail(const Schedule& schedule, const Error& error,
                          std::optional<TimePoint> next) {
  store::Transaction transaction(runtime_.database);
  const bool still_due = is_still_due(schedule);
  if (still_due) {
    command_.acting_for(schedule.principal).fail_schedule(schedule, error.what(), next);
  }
  transaction.commit();
  if (still_due) {
    write_log(runtime_.logger, logs::kScheduleFailed, "schedule", schedule.id, "command",
              schedule.command, "relay", schedule.relay.text, "cause", error.what(), "remedy",
              error.remedy());
    runs_.add({"failed"});
  }
}

void ScheduleRunner::log_run(const Schedule& schedule) const {
  runs_.add({"done"});
  const TimePoint due = schedule.next_at.value_or(runtime_.clock.now());
  write_log(runtime_.logger, logs::kScheduleRun, "schedule", schedule.id, "command",
            schedule.command, "relay", schedule.relay.text, "late",
            std::max(runtime_.clock.now() - due, Milliseconds::zero()));
}

}  // namespace tender::infra
