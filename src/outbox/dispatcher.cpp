#include "tender/outbox/dispatcher.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {
namespace {

namespace asio = boost::asio;

// Every so many claims goes to whoever has waited longest, so that bulk work never starves. A rank
// that grows with the wait would let a large fleet, once old enough, go before every new command.
constexpr std::uint64_t kAgedTurn = 8;

// Looks never hold more than this part of the places that zooid bears at the moment, and at least
// one: looks that hang leave room for syncs. Where there is one place, the two take turns.
constexpr int kLookShare = 4;

constexpr JobKind other_than(JobKind kind) {
  return kind == JobKind::relay_sync ? JobKind::relay_check : JobKind::relay_sync;
}

}  // namespace

Dispatcher::Dispatcher(Database& database, Clock& clock, Random& random, Executor& executor,
                       Logger& logger, Options options)
    : database_(database),
      clock_(clock),
      executor_(executor),
      logger_(logger),
      options_(options),
      outbox_(database),
      dead_letters_(database),
      gate_(random, logger, options.host),
      wakeup_(clock),
      outage_(database, clock, logger) {
  gate_.restore(read_host_state(database_), clock_.now());
}

asio::awaitable<void> Dispatcher::run() {
  const auto executor = co_await asio::this_coro::executor;
  while (has_work()) {
    if (database_.write_turns().is_others()) {
      const TimePoint turn = database_.write_turns().next();
      co_await wakeup_.wait_until(turn);
      continue;
    }
    TimePoint look_again{};
    try {
      if (outage_.over()) {
        settle_finished();
        for (std::shared_ptr<Task>& task : claim()) {
          start(execute(std::move(task)), executor);
        }
        // An older probe may still be under way when a job in flight has closed the breaker.
        if (stage_ == Stage::working && !probing_ && gate_.begin_probe(clock_.now())) {
          probing_ = true;
          start(probe(gate_.probe_kind()), executor);
        }
        save_host_state();
        look_again = next_look();
      } else {
        look_again = outage_.retry_at();
      }
    } catch (const StoreError& error) {
      outage_.begin(error);
      look_again = outage_.retry_at();
    }
    if (has_work()) {
      co_await wakeup_.wait_until(look_again);
    }
  }
}

void Dispatcher::start(asio::awaitable<void> work, const asio::any_io_executor& executor) {
  asio::co_spawn(executor, std::move(work), [](const std::exception_ptr& bug) {
    if (bug) {
      std::rethrow_exception(bug);  // out of io_context::run: Execution::run must not throw
    }
  });
}

void Dispatcher::stop() {
  if (stage_ == Stage::working) {
    stage_ = Stage::stopping;
  }
  wakeup_.notify();
}

void Dispatcher::abandon() {
  stage_ = Stage::abandoned;
  wakeup_.notify();
}

bool Dispatcher::has_work() const {
  switch (stage_) {
    case Stage::working:
      return true;
    case Stage::stopping:
      return !busy_.empty() || probing_;
    case Stage::abandoned:
      break;
  }
  return busy_.size() > finished_.size() || probing_;
}

void Dispatcher::settle_finished() {
  if (finished_.empty()) {
    return;
  }
  try {
    settle_together();
    return;
  } catch (const StoreError& error) {
    if (error.fault() != StoreFault::constraint) {
      throw;
    }
  }
  while (!finished_.empty()) {
    settle_alone(*finished_.front());
    release(*finished_.front());
    finished_.erase(finished_.begin());
  }
}

void Dispatcher::settle_together() {
  Transaction transaction(database_);
  for (const auto& task : finished_) {
    settle(*task);
  }
  if (gate_.changed()) {
    write_host_state(database_, gate_.state());
  }
  transaction.commit();
  gate_.saved();
  for (const auto& task : finished_) {
    release(*task);
  }
  finished_.clear();
}

void Dispatcher::release(const Task& task) {
  busy_.erase(task.job.key);
  looking_ -= task.job.kind == JobKind::relay_check ? 1 : 0;
}

void Dispatcher::settle_alone(const Task& task) {
  try {
    Transaction transaction(database_);
    settle(task);
    transaction.commit();
  } catch (const StoreError& error) {
    if (error.fault() != StoreFault::constraint) {
      throw;
    }
    put_off(task, error);
  }
}

// What breaks the rule may be in the relay's row or a bug of ours: doing the work again at once
// would not help, and doing it never would hide it.
void Dispatcher::put_off(const Task& task, const StoreError& error) {
  const Job& job = task.job;
  logger_.error(
      "relay {}: the result of its {} cannot be written, so it is done again later: {}; {}",
      job.key, job.kind == JobKind::relay_sync ? "sync" : "check", error.what(), error.remedy());
  const std::string reason = fmt::format("the result could not be written: {}", error.what());
  outbox_.retry_later(job, job.attempt + 1, clock_.now() + options_.horizon, reason);
}

void Dispatcher::settle(const Task& task) {
  const Job& job = task.job;
  const auto row = outbox_.find(job.kind, job.key);
  const bool superseded = !row || row->generation != job.generation;
  const Settlement settlement =
      task.execution->settle({.superseded = superseded, .counts = task.counts});
  if (superseded || std::holds_alternative<Again>(settlement)) {
    return;
  }
  if (const auto* once_more = std::get_if<DoAgain>(&settlement)) {
    outbox_.do_again(job, once_more->not_before);
    return;
  }
  if (const auto* retry = std::get_if<Retry>(&settlement)) {
    outbox_.retry_later(job, retry->attempt, retry->not_before, retry->error);
    return;
  }
  outbox_.remove(job);
  if (const auto* give_up = std::get_if<GiveUp>(&settlement)) {
    dead_letters_.add(job.kind, job.key, give_up->reason, give_up->error, give_up->attempt,
                      give_up->revision, clock_.now());
  }
}

std::vector<std::shared_ptr<Dispatcher::Task>> Dispatcher::claim() {
  barred_ = false;
  const TimePoint now = clock_.now();
  Claim claim{.busy = busy_, .looking = looking_, .may_overwrite = gate_.admits_overwrite(now)};
  auto next = next_job(claim);
  if (!next) {
    return {};
  }
  Transaction transaction(database_);
  for (; next; next = next_job(claim)) {
    begin(*next, now, claim);
  }
  transaction.commit();
  for (const auto& task : claim.tasks) {
    task->timing.begun_at = clock_.steady();
    task->timing.in_flight = static_cast<int>(claim.busy.size());
    if (task->execution->overwrites()) {
      gate_.overwrite_begins(now);
    }
  }
  busy_ = std::move(claim.busy);
  looking_ = claim.looking;
  return std::move(claim.tasks);
}

void Dispatcher::begin(const Job& job, TimePoint now, Claim& claim) {
  auto execution = executor_.begin(job, claim.may_overwrite);
  if (!execution) {
    barred_ = true;  // looks go on
    return;
  }
  if (execution->asks_host()) {
    gate_.take_token();
  }
  claim.may_overwrite = claim.may_overwrite && !execution->overwrites();
  claim.busy.insert(job.key);
  claim.looking += job.kind == JobKind::relay_check ? 1 : 0;
  count_claim(job.kind);
  claim.tasks.push_back(std::make_shared<Task>(job, std::move(execution), now));
}

// Syncs and looks take turns when both are due: neither waits for the other's queue to end.
std::optional<Job> Dispatcher::next_job(const Claim& claim) {
  const TimePoint now = clock_.now();
  if (stage_ != Stage::working || !gate_.admits(now, static_cast<int>(claim.busy.size()))) {
    return std::nullopt;
  }
  for (const JobKind kind : {other_than(claimed_last_), claimed_last_}) {
    if (!has_place(kind, claim.looking)) {
      continue;
    }
    const std::uint64_t claims = claims_.at(static_cast<std::size_t>(kind));
    const auto order =
        (claims + 1) % kAgedTurn == 0 ? Outbox::Order::longest_due : Outbox::Order::most_urgent;
    if (auto job = outbox_.next(kind, order, now, options_.horizon, options_.floor, claim.busy)) {
      return job;
    }
  }
  return std::nullopt;
}

bool Dispatcher::has_place(JobKind kind, int looking) const {
  if (kind == JobKind::relay_sync) {
    return !barred_;
  }
  return looking < std::max(1, gate_.allowed() / kLookShare);
}

void Dispatcher::count_claim(JobKind kind) {
  ++claims_.at(static_cast<std::size_t>(kind));
  claimed_last_ = kind;
}

asio::awaitable<void> Dispatcher::execute(std::shared_ptr<Task> task) {
  co_await task->execution->run();
  task->timing.ended_at = clock_.steady();
  task->counts = gate_.record(task->execution->host_sign(), task->timing, clock_.now());
  if (task->execution->overwrites()) {
    gate_.overwrite_ends(task->claimed_at);
  }
  finished_.push_back(std::move(task));
  wakeup_.notify();
}

asio::awaitable<void> Dispatcher::probe(Probe kind) {
  const HostSign sign = co_await executor_.probe(kind);
  gate_.probe_ended(kind, sign, clock_.now());
  probing_ = false;
  wakeup_.notify();
}

void Dispatcher::save_host_state() {
  if (gate_.changed()) {
    write_host_state(database_, gate_.state());
    gate_.saved();
  }
}

TimePoint Dispatcher::next_look() {
  if (stage_ != Stage::working) {
    return TimePoint::max();  // until something finishes
  }
  const TimePoint now = clock_.now();
  const TimePoint opens = gate_.opens_at(now, static_cast<int>(busy_.size()));
  if (opens > now) {
    return opens;
  }
  if (probing_ && !gate_.admits(now, static_cast<int>(busy_.size()))) {
    return TimePoint::max();  // the next probe is due, and begins when the older one has ended
  }
  TimePoint due = barred_ ? std::max(now, gate_.overwrite_turn_at(now)) : TimePoint::max();
  for (const JobKind kind : {JobKind::relay_sync, JobKind::relay_check}) {
    if (has_place(kind, looking_)) {
      due = std::min(due, outbox_.next_due(kind, options_.floor, busy_).value_or(due));
    }
  }
  return due;
}

}  // namespace tender::outbox
