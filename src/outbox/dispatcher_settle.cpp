// What becomes of jobs whose executions have ended.
#include <array>

#include <fmt/format.h>

#include "tender/base/log_messages.hpp"
#include "tender/outbox/dispatcher.hpp"
#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

#include "lane.hpp"

namespace tender::outbox {
namespace {

// In the order of Settlement's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Settlement>> kSettlements{
    "complete", "stay_due", "wait_until", "do_again", "retry", "give_up"};

}  // namespace

void Dispatcher::settle_finished() {
  if (finished_.empty()) {
    return;
  }
  try {
    settle_together();
    return;
  } catch (const store::StoreError& error) {
    if (error.fault() != store::StoreFault::constraint) {
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
  store::Transaction transaction(database_);
  for (const auto& task : finished_) {
    settle(*task);
  }
  for (const auto& lane : lanes_) {
    if (lane->gate.changed()) {
      write_destination_state(database_, lane->destination.name, lane->gate.state());
    }
  }
  transaction.commit();
  for (const auto& lane : lanes_) {
    lane->gate.saved();
  }
  for (const auto& task : finished_) {
    release(*task);
  }
  finished_.clear();
}

void Dispatcher::release(const Task& task) {
  busy_[registry_.kinds.at(task.kind).resource].erase(task.job.key);
  --task.lane->places.all;
  --task.lane->places.by_kind.at(task.kind);
  task.lane->touched = true;
  meters_.settled.add({registry_.kinds.at(task.kind).name, task.settled_as});
  if (task.letter) {
    meters_.dead_letters.add({to_string(*task.letter)});
  }
}

void Dispatcher::settle_alone(Task& task) {
  try {
    store::Transaction transaction(database_);
    settle(task);
    transaction.commit();
  } catch (const store::StoreError& error) {
    if (error.fault() != store::StoreFault::constraint) {
      throw;
    }
    put_off(task, error);
  }
}

// The result breaks a rule of the schema, because of what another program wrote or a bug of ours.
// Doing the work again at once would not help, and never doing it again would hide it.
void Dispatcher::put_off(Task& task, const store::StoreError& error) {
  const Job& job = task.job;
  write_log(logger_, logs::kResultNotWritten, "work", job.kind, "key", job.key, "cause",
            error.what(), "remedy", error.remedy());
  task.settled_as = "put_off";
  task.letter.reset();
  const std::string reason = fmt::format("the result could not be written: {}", error.what());
  outbox_.retry_later(job, job.attempt + 1, clock_.now() + options_.horizon, reason);
}

void Dispatcher::settle(Task& task) {
  const Job& job = task.job;
  const auto row = outbox_.find(job.kind, job.key);
  const bool superseded = !row || row->generation != job.generation;
  const Settlement settlement =
      task.execution->settle({.superseded = superseded, .counts = task.counts});
  task.settled_as = superseded ? "superseded" : kSettlements.at(settlement.index());
  task.letter.reset();
  if (superseded || std::holds_alternative<StayDue>(settlement)) {
    return;
  }
  if (const auto* wait = std::get_if<WaitUntil>(&settlement)) {
    outbox_.wait_until(job, wait->not_before);
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
  const auto* complete = std::get_if<Complete>(&settlement);
  if (complete != nullptr && !complete->needless.empty()) {
    outbox_.remove_all(complete->needless, job.key);
  }
  if (const auto* give_up = std::get_if<GiveUp>(&settlement)) {
    const std::string_view kind = give_up->kind.empty() ? job.kind : give_up->kind;
    outbox_.remove_all(kind, job.key);
    task.letter = give_up->reason;
    const auto letter =
        dead_letters_.add(kind, job.key, give_up->reason, give_up->error, give_up->attempt,
                          give_up->revision, clock_.now(), job.payload);
    if (options_.letter_added) {
      options_.letter_added(job, *give_up, letter);
    }
  }
}

}  // namespace tender::outbox
