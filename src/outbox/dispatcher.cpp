#include "tender/outbox/dispatcher.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>

#include "tender/base/log_messages.hpp"
#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"

#include "lane.hpp"

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

}  // namespace

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
      random_(random),
      wakeup_(clock),
      outage_(database, clock, logger),
      pause_(database, logger) {
  for (const Destination& destination : registry_.destinations) {
    open_lane(destination, /*of_rows=*/false);
  }
  if (registry_.more != nullptr) {
    for (const Outbox::Kept& line : outbox_.lines()) {
      awaited_.insert(line.destination);
    }
  }
}

void Dispatcher::open_lane(const Destination& destination, bool of_rows) {
  lanes_.push_back(std::make_unique<Lane>(destination, of_rows, registry_.kinds.size(), random_,
                                          logger_, options_.metrics));
  lanes_.back()->gate.restore(read_destination_state(database_, destination.name), clock_.now());
}

void Dispatcher::wake(const std::string& destination) {
  awaited_.insert(destination);
  wakeup_.notify();
}

void Dispatcher::refresh() {
  for (const auto& lane : lanes_) {
    if (lane->of_rows) {
      lane->gate.set_rate(registry_.more->rate_of(lane->destination.name));
      lane->touched = true;
    }
  }
  wakeup_.notify();
}

bool Dispatcher::is_busy(std::string_view resource, const std::string& key) const {
  return keys_of(busy_, resource).contains(key);
}

void Dispatcher::open_awaited_lanes() {
  while (!awaited_.empty()) {
    const std::string name = *awaited_.begin();
    const auto found = std::ranges::find_if(
        lanes_, [&](const auto& lane) { return lane->destination.name == name; });
    if (found != lanes_.end()) {
      (*found)->touched = true;
    } else if (const auto opened =
                   registry_.more != nullptr ? registry_.more->open(name) : std::nullopt) {
      open_lane(*opened, /*of_rows=*/true);
    }
    awaited_.erase(name);
  }
}

bool Dispatcher::is_unwanted(const Lane& lane) {
  if (!lane.of_rows || lane.places.all > 0 || lane.probing) {
    return false;
  }
  const bool has_rows = std::ranges::any_of(registry_.kinds, [&](const Kind& kind) {
    return lane.goes_here(kind) &&
           outbox_.next_due({kind.name, lane.destination.name}, Priority::bulk, {}).has_value();
  });
  return !has_rows && !registry_.more->is_wanted(lane.destination.name);
}

void Dispatcher::close_unwanted_lanes() {
  std::erase_if(lanes_, [this](const auto& lane) {
    if (lane->unwanted) {
      forget_destination_state(database_, lane->destination.name);
      registry_.more->close(lane->destination.name);
    }
    return lane->unwanted;
  });
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
        open_awaited_lanes();
        for (const auto& lane : lanes_) {
          if (lane->is_due(clock_.now())) {
            for (std::shared_ptr<Task>& task : claim(*lane)) {
              start(execute(std::move(task)), executor);
            }
            hasten_probe(*lane);
            begin_probe(*lane, executor);
          }
        }
        if (is_quiet()) {
          pause_.note_quiet();
        }
        save_states();
        look_again = next_look();
        close_unwanted_lanes();
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
    if (!lane.goes_here(as) || waits_for_pause(as) ||
        !lane.has_place(kind, as, claim.places.by_kind.at(kind))) {
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
        !lane.goes_here(kind) || waits_for_pause(kind)
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
  lane.touched = true;
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
    if (!lane->destination.measured) {
      continue;
    }
    meters_.in_flight.set({lane->destination.name}, lane->places.all);
    meters_.limit.set({lane->destination.name}, lane->gate.allowed());
  }
}

TimePoint Dispatcher::next_look() {
  TimePoint soonest = TimePoint::max();  // until something finishes
  if (stage_ == Stage::working) {
    for (const auto& lane : lanes_) {
      if (lane->is_due(clock_.now())) {
        lane->unwanted = is_unwanted(*lane);
        lane->look_at = next_look(*lane);
        lane->touched = false;
      }
      soonest = std::min(soonest, lane->look_at);
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
    if (lane.goes_here(as) && !waits_for_pause(as) &&
        lane.has_place(kind, as, lane.places.by_kind.at(kind))) {
      due = std::min(due, outbox_
                              .next_due({as.name, lane.destination.name}, options_.floor,
                                        keys_of(busy_, as.resource))
                              .value_or(due));
    }
  }
  return due;
}

}  // namespace tender::outbox
