#include "tender/outbox/dispatcher.hpp"

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "tender/base/log_messages.hpp"
#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

namespace tender::outbox {
namespace {

namespace asio = boost::asio;

// One claim in so many goes to whoever has waited longest, so that bulk work never starves. A rank
// that grows with the wait would let a large fleet, once old enough, go before every new command.
constexpr std::uint64_t kAgedTurn = 8;

const std::set<std::string>& keys_of(const std::map<std::string_view, std::set<std::string>>& busy,
                                     std::string_view resource) {
  static const std::set<std::string> none;
  const auto found = busy.find(resource);
  return found == busy.end() ? none : found->second;
}

// In the order of Settlement's alternatives.
constexpr std::array<std::string_view, std::variant_size_v<Settlement>> kSettlements{
    "complete", "stay_due", "wait_until", "do_again", "retry", "give_up"};

}  // namespace

// One destination: its gate, and what is under way towards it.
struct Dispatcher::Lane {
  Lane(const Destination& to, std::size_t kinds, Random& random, Logger& logger,
       const Metrics& metrics)
      : destination(to),
        gate(to.name, random, logger, to.gate, metrics),
        places{.by_kind = std::vector<int>(kinds)},
        turns(kinds),
        claimed_last(kinds - 1) {}

  struct Turn {
    std::uint64_t claims = 0;  // so far
    bool barred = false;       // the last job that could be claimed waits until it may overwrite
  };

  // Whether one more job of that kind may be claimed beside `taken` others of it.
  [[nodiscard]] bool has_place(std::size_t kind, const Kind& as, int taken) const {
    return !turns.at(kind).barred && taken < std::max(1, gate.allowed() / as.share);
  }

  [[nodiscard]] bool is_barred() const { return std::ranges::any_of(turns, &Turn::barred); }

  const Destination& destination;
  DestinationGate gate;
  Places places;
  std::vector<Turn> turns;       // of each kind
  std::size_t claimed_last;      // which kind
  std::optional<Probe> probing;  // what is being found out
};

Dispatcher::Meters::Meters(const Metrics& metrics)
    : waits(metrics.histogram("tender_work_wait_seconds")),
      settled(metrics.counter("tender_work_settled_total")),
      dead_letters(metrics.counter("tender_dead_letters_total")),
      in_flight(metrics.gauge("tender_destination_in_flight")),
      limit(metrics.gauge("tender_destination_limit")) {}

Dispatcher::Dispatcher(store::Database& database, Clock& clock, Random& random, Logger& logger,
                       Registry registry, Options options)
    : database_(database),
      clock_(clock),
      logger_(logger),
      registry_(std::move(registry)),
      options_(std::move(options)),
      meters_(options_.metrics),
      outbox_(database),
      dead_letters_(database),
      wakeup_(clock),
      outage_(database, clock, logger),
      pause_(database, logger) {
  for (const Destination& destination : registry_.destinations) {
    lanes_.push_back(std::make_unique<Lane>(destination, registry_.kinds.size(), random, logger,
                                            options_.metrics));
    lanes_.back()->gate.restore(read_destination_state(database_, destination.name), clock_.now());
  }
}

Dispatcher::~Dispatcher() = default;

bool Dispatcher::is_probing() const {
  return std::ranges::any_of(lanes_, [](const auto& lane) { return lane->probing.has_value(); });
}

std::size_t Dispatcher::in_flight() const {
  std::size_t all = 0;
  for (const auto& lane : lanes_) {
    all += static_cast<std::size_t>(lane->places.all);
  }
  return all;
}

bool Dispatcher::may_break_off() const {
  return in_flight() == 0 && std::ranges::none_of(lanes_, [](const auto& lane) {
           return lane->probing == Probe::stores;
         });
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
        pause_.look(clock_.now());
        for (const auto& lane : lanes_) {
          for (std::shared_ptr<Task>& task : claim(*lane)) {
            start(execute(std::move(task)), executor);
          }
          hasten_probe(*lane);
          begin_probe(*lane, executor);
        }
        if (is_quiet()) {
          pause_.note_quiet();
        }
        save_states();
        look_again = next_look();
      } else {
        look_again = outage_.retry_at();
      }
    } catch (const store::StoreError& error) {
      outage_.begin(error);
      look_again = outage_.retry_at();
    }
    show_places();
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
      return in_flight() > 0 || is_probing();
    case Stage::abandoned:
      break;
  }
  return in_flight() > finished_.size() || is_probing();
}

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
    dead_letters_.add(kind, job.key, give_up->reason, give_up->error, give_up->attempt,
                      give_up->revision, clock_.now());
  }
}

std::vector<std::shared_ptr<Dispatcher::Task>> Dispatcher::claim(Lane& lane) {
  for (Lane::Turn& turn : lane.turns) {
    turn.barred = false;
  }
  const TimePoint now = clock_.now();
  Claim claim{
      .busy = busy_, .places = lane.places, .may_overwrite = lane.gate.admits_overwrite(now)};
  if (const auto first = next_job(lane, claim)) {
    take_up(*first, now, lane, claim);
  }
  return std::move(claim.tasks);
}

void Dispatcher::take_up(const Next& first, TimePoint now, Lane& lane, Claim& claim) {
  store::Transaction transaction(database_);
  begin(first, now, lane, claim);
  while (const auto next = next_job(lane, claim)) {
    begin(*next, now, lane, claim);
  }
  transaction.commit();
  for (const auto& task : claim.tasks) {
    task->timing.begun_at = clock_.steady();
    task->timing.in_flight = claim.places.all;
    meters_.waits.observe({registry_.kinds.at(task->kind).name}, now - task->job.not_before);
    if (task->execution->overwrites()) {
      lane.gate.overwrite_begins(now);
    }
  }
  busy_ = std::move(claim.busy);
  lane.places = std::move(claim.places);
}

void Dispatcher::begin(const Next& due, TimePoint now, Lane& lane, Claim& claim) {
  const auto& [job, kind] = due;
  const Kind& as = registry_.kinds.at(kind);
  auto execution = as.executor->begin(job, claim.may_overwrite);
  if (!execution) {
    lane.turns.at(kind).barred = true;  // other kinds go on
    return;
  }
  if (execution->asks_destination()) {
    lane.gate.take_token(job.not_before, now);
  }
  claim.may_overwrite = claim.may_overwrite && !execution->overwrites();
  claim.busy[as.resource].insert(job.key);
  ++claim.places.all;
  ++claim.places.by_kind.at(kind);
  ++lane.turns.at(kind).claims;
  lane.claimed_last = kind;
  claim.tasks.push_back(std::make_shared<Task>(job, kind, lane, std::move(execution), now));
}

// When several kinds are due, they take turns: none waits for the end of another's queue.
std::optional<Dispatcher::Next> Dispatcher::next_job(Lane& lane, const Claim& claim) {
  const TimePoint now = clock_.now();
  if (stage_ != Stage::working || !lane.gate.admits(now, claim.places.all)) {
    return std::nullopt;
  }
  for (std::size_t i = 1; i <= registry_.kinds.size(); ++i) {
    const std::size_t kind = (lane.claimed_last + i) % registry_.kinds.size();
    const Kind& as = registry_.kinds.at(kind);
    if (waits_for_pause(as) || !lane.has_place(kind, as, claim.places.by_kind.at(kind))) {
      continue;
    }
    const auto order = (lane.turns.at(kind).claims + 1) % kAgedTurn == 0
                           ? Outbox::Order::longest_due
                           : Outbox::Order::most_urgent;
    if (auto job = outbox_.next({as.name, lane.destination.name}, order, now, options_.horizon,
                                options_.floor, keys_of(claim.busy, as.resource))) {
      return Next{*std::move(job), kind};
    }
  }
  return std::nullopt;
}

asio::awaitable<void> Dispatcher::execute(std::shared_ptr<Task> task) {
  co_await task->execution->run();
  task->timing.ended_at = clock_.steady();
  DestinationGate& gate = task->lane->gate;
  task->counts = gate.record(task->execution->destination_sign(), task->timing, clock_.now());
  if (task->execution->overwrites()) {
    gate.overwrite_ends(task->claimed_at);
  }
  finished_.push_back(std::move(task));
  wakeup_.notify();
}

bool Dispatcher::waits_for_pause(const Kind& kind) const {
  return kind.writes && pause_.holds();
}

// Whether its next probe would write.
bool Dispatcher::waits_for_pause(const Lane& lane) const {
  return pause_.holds() && lane.gate.probe_kind() == Probe::stores;
}

// Nothing that writes is under way.
bool Dispatcher::is_quiet() const {
  return std::ranges::all_of(lanes_, [this](const auto& lane) {
    if (lane->probing == Probe::stores) {
      return false;
    }
    for (std::size_t kind = 0; kind < registry_.kinds.size(); ++kind) {
      if (registry_.kinds.at(kind).writes && lane->places.by_kind.at(kind) > 0) {
        return false;
      }
    }
    return true;
  });
}

// Whoever asks for work may just have repaired the destination.
void Dispatcher::hasten_probe(Lane& lane) {
  if (!lane.gate.waits_for_probe()) {
    return;
  }
  const TimePoint now = clock_.now();
  for (const Kind& kind : registry_.kinds) {
    const auto asked_at =
        waits_for_pause(kind)
            ? std::nullopt
            : outbox_.newest_due({kind.name, lane.destination.name}, Priority::urgent, now);
    if (asked_at) {
      lane.gate.hasten_probe(*asked_at, now);
    }
  }
}

void Dispatcher::begin_probe(Lane& lane, const asio::any_io_executor& executor) {
  // An older probe may still be under way when a job in flight has closed the breaker.
  if (stage_ == Stage::working && !lane.probing && !waits_for_pause(lane) &&
      lane.gate.begin_probe(clock_.now())) {
    lane.probing = lane.gate.probe_kind();
    start(probe(lane, *lane.probing), executor);
  }
}

asio::awaitable<void> Dispatcher::probe(Lane& lane, Probe what) {
  const DestinationSign sign = co_await lane.destination.prober->probe(what);
  lane.gate.probe_ended(what, sign, clock_.now());
  lane.probing.reset();
  wakeup_.notify();
}

void Dispatcher::save_states() {
  for (const auto& lane : lanes_) {
    if (lane->gate.changed()) {
      write_destination_state(database_, lane->destination.name, lane->gate.state());
      lane->gate.saved();
    }
  }
}

void Dispatcher::show_places() const {
  for (const auto& lane : lanes_) {
    meters_.in_flight.set({lane->destination.name}, lane->places.all);
    meters_.limit.set({lane->destination.name}, lane->gate.allowed());
  }
}

TimePoint Dispatcher::next_look() {
  TimePoint soonest = TimePoint::max();  // until something finishes
  if (stage_ == Stage::working) {
    for (const auto& lane : lanes_) {
      soonest = std::min(soonest, next_look(*lane));
    }
    soonest = std::min(soonest, pause_.ends_at());
  }
  return soonest;
}

TimePoint Dispatcher::next_look(Lane& lane) {
  const TimePoint now = clock_.now();
  const bool may_probe = !lane.probing && !waits_for_pause(lane);
  const TimePoint probe = may_probe ? lane.gate.probe_at(now) : TimePoint::max();
  const TimePoint opens = lane.gate.opens_at(now, lane.places.all);
  if (opens > now) {
    return std::min(opens, probe);
  }
  if (!may_probe && !lane.gate.admits(now, lane.places.all)) {
    return TimePoint::max();  // the next probe is due, and begins when that has ended
  }
  TimePoint due =
      lane.is_barred() ? std::min(probe, std::max(now, lane.gate.overwrite_turn_at(now))) : probe;
  for (std::size_t kind = 0; kind < registry_.kinds.size(); ++kind) {
    const Kind& as = registry_.kinds.at(kind);
    if (!waits_for_pause(as) && lane.has_place(kind, as, lane.places.by_kind.at(kind))) {
      due = std::min(due, outbox_
                              .next_due({as.name, lane.destination.name}, options_.floor,
                                        keys_of(busy_, as.resource))
                              .value_or(due));
    }
  }
  return due;
}

}  // namespace tender::outbox
