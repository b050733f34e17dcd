#include "tender/outbox/dispatcher.hpp"

#include <algorithm>
#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kFirstStoreBackoff{1000};
constexpr Milliseconds kLongestStoreBackoff{30000};

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
      wakeup_(clock) {}

asio::awaitable<void> Dispatcher::run() {
  const auto executor = co_await asio::this_coro::executor;
  while (!stopping_ || !busy_.empty()) {
    TimePoint look_again{};
    try {
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
      if (store_backoff_ != Milliseconds::zero()) {
        logger_.info("the database can be written again; going on");
        store_backoff_ = Milliseconds::zero();
      }
    } catch (const StoreError& error) {
      if (store_backoff_ == Milliseconds::zero()) {
        logger_.error("{}; nothing is lost, trying again until it works; {}", error.what(),
                      error.remedy());
      }
      store_backoff_ = std::clamp(store_backoff_ * 2, kFirstStoreBackoff, kLongestStoreBackoff);
      look_again = clock_.now() + store_backoff_;
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
