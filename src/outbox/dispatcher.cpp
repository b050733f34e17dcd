#include "tender/outbox/dispatcher.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {
namespace {

namespace asio = boost::asio;

}  // namespace

Dispatcher::Dispatcher(Database& database, Clock& clock, Executor& executor, Logger& logger,
                       Options options)
    : database_(database),
      clock_(clock),
      executor_(executor),
      logger_(logger),
      options_(options),
      outbox_(database),
      dead_letters_(database),
      wakeup_(clock),
      outage_(database, clock, logger) {}

asio::awaitable<void> Dispatcher::run() {
  const auto executor = co_await asio::this_coro::executor;
  while (!stopping_ || !busy_.empty()) {
    TimePoint look_again{};
    try {
      if (outage_.over()) {
        settle_finished();
        for (std::shared_ptr<Task>& task : claim()) {
          auto work = execute(std::move(task));
          asio::co_spawn(executor, std::move(work), [](const std::exception_ptr& bug) {
            if (bug) {
              std::rethrow_exception(bug);  // out of io_context::run: Execution::run must not throw
            }
          });
        }
        look_again = next_look();
      } else {
        look_again = outage_.retry_at();
      }
    } catch (const StoreError& error) {
      outage_.begin(error);
      look_again = outage_.retry_at();
    }
    if (!stopping_ || !busy_.empty()) {
      co_await wakeup_.wait_until(look_again);
    }
  }
}

void Dispatcher::stop() {
  stopping_ = true;
  wakeup_.notify();
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
    busy_.erase(finished_.front()->job.key);
    finished_.erase(finished_.begin());
  }
}

void Dispatcher::settle_together() {
  Transaction transaction(database_);
  for (const auto& task : finished_) {
    settle(*task);
  }
  transaction.commit();
  for (const auto& task : finished_) {
    busy_.erase(task->job.key);
  }
  finished_.clear();
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
      "relay {}: the result of its sync cannot be written, so it is done again later: {}; {}",
      job.key, error.what(), error.remedy());
  const std::string reason = fmt::format("the result could not be written: {}", error.what());
  outbox_.retry_later(job, job.attempt + 1, clock_.now() + options_.horizon, reason);
}

void Dispatcher::settle(const Task& task) {
  const Job& job = task.job;
  const auto row = outbox_.find(job.kind, job.key);
  const bool superseded = !row || row->generation != job.generation;
  const Settlement settlement = task.execution->settle(superseded);
  if (superseded || std::holds_alternative<Again>(settlement)) {
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
  std::vector<std::shared_ptr<Task>> tasks;
  const int room = options_.concurrency - static_cast<int>(busy_.size());
  if (stopping_ || room <= 0) {
    return tasks;
  }
  auto jobs = outbox_.list_due(clock_.now(), options_.horizon, options_.floor, busy_, room);
  if (jobs.empty()) {
    return tasks;
  }
  Transaction transaction(database_);
  for (Job& job : jobs) {
    auto execution = executor_.begin(job);
    tasks.push_back(std::make_shared<Task>(std::move(job), std::move(execution)));
  }
  transaction.commit();
  for (const auto& task : tasks) {
    busy_.insert(task->job.key);
  }
  return tasks;
}

asio::awaitable<void> Dispatcher::execute(std::shared_ptr<Task> task) {
  co_await task->execution->run();
  finished_.push_back(std::move(task));
  wakeup_.notify();
}

TimePoint Dispatcher::next_look() {
  if (stopping_ || static_cast<int>(busy_.size()) >= options_.concurrency) {
    return TimePoint::max();  // until something finishes
  }
  return outbox_.next_due(options_.floor, busy_).value_or(TimePoint::max());
}

}  // namespace tender::outbox
