#include "worker.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include <fmt/format.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>

#include "validate.hpp"

namespace tender::fetch {
namespace {

namespace asio = boost::asio;

Result failed(Error error) {
  return {.value = std::move(error)};
}

Result stopped() {
  return failed({.kind = ErrorKind::stopped, .detail = "tender is stopping"});
}

std::string_view name_of_error(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::busy:
    case ErrorKind::invalid:
      return to_string(kind);
    default:
      return "error";
  }
}

// Rethrows what is not the end of a cancelled coroutine: a bug, or no randomness to sign with.
void rethrow_unless_cancelled(const std::exception_ptr& error) {
  if (!error) {
    return;
  }
  try {
    std::rethrow_exception(error);
  } catch (const boost::system::system_error& cancelled) {
    if (cancelled.code() != asio::error::operation_aborted) {
      throw;
    }
  }
}

}  // namespace

Worker::Worker(http::Transport& transport, Clock& clock, Peer& peer,
               std::vector<http::Url> addresses, ServiceOptions options)
    : transport_(transport),
      clock_(clock),
      peer_(peer),
      candidates_(std::move(addresses)),
      options_(std::move(options)),
      wakeup_(clock) {}

std::shared_ptr<Ticket> Worker::enter(Opts opts) {
  auto ticket = std::make_shared<Ticket>(clock_, std::move(opts));
  if (stopping_) {
    ticket->result = stopped();
  } else {
    entered_.push_back(ticket);
    wakeup_.notify();
  }
  return ticket;
}

void Worker::leave(const std::shared_ptr<Ticket>& ticket) {
  if (!ticket->result) {
    ticket->left = true;
    left_.push_back(ticket);
    wakeup_.notify();
  }
}

asio::awaitable<void> Worker::run(std::shared_ptr<Worker> worker) {
  worker->executor_ = co_await asio::this_coro::executor;
  try {
    while (!worker->is_over()) {
      worker->turn();
      if (!worker->is_over()) {
        const TimePoint again = worker->next_look();
        co_await worker->wakeup_.wait_until(again);
      }
    }
  } catch (...) {
    worker->stopping_ = true;
    worker->take_callers();  // nobody is left waiting for an answer that cannot come
    worker->end_all();
    throw;
  }
}

void Worker::stop() {
  stopping_ = true;
  wakeup_.notify();
}

void Worker::turn() {
  take_leavers();
  take_ended();
  expire_waiting();
  begin_waiting();
  take_callers();
  if (stopping_) {
    end_all();
  }
}

void Worker::take_leavers() {
  for (const auto& ticket : std::exchange(left_, {})) {
    const auto entered = std::ranges::find(entered_, ticket);
    if (entered != entered_.end()) {
      entered_.erase(entered);
      continue;
    }
    const auto fetch = fetches_.find({ticket->opts.op, ticket->opts.relay});
    if (fetch == fetches_.end()) {
      continue;
    }
    fetch->second.leave();
    if (fetch->second.is_deserted()) {
      drop(fetch);
    }
  }
}

void Worker::take_ended() {
  for (const auto& attempt : std::exchange(ended_, {})) {
    --under_way_;
    if (attempt->given_up) {
      continue;
    }
    const auto fetch = fetches_.find(attempt->key);
    std::erase(fetch->second.asking, attempt);
    judge(fetch, *attempt);
  }
}

void Worker::take_callers() {
  for (auto& ticket : std::exchange(entered_, {})) {
    if (stopping_) {
      ticket->result = stopped();
      ticket->answered.notify();
    } else {
      take(std::move(ticket));
    }
  }
}

void Worker::take(std::shared_ptr<Ticket> ticket) {
  Key key{ticket->opts.op, ticket->opts.relay};
  const auto found = fetches_.find(key);
  if (found != fetches_.end()) {
    options_.fetches.add({to_string(key.op), "coalesced"});
    found->second.join(std::move(ticket));
    return;
  }
  const bool has_place = running_ < options_.requests_max;  // then nobody waits
  Inflight fetch(std::move(ticket), clock_.steady(), candidates_.size());
  if (!has_place && waiting_.size() >= options_.waiting_max) {
    const Error error{.kind = ErrorKind::busy,
                      .detail = fmt::format("{} requests are under way and {} more wait", running_,
                                            waiting_.size())};
    const Result refusal = failed(error);
    count(fetch, refusal);
    fetch.deliver(refusal);
    return;
  }
  const auto added = fetches_.emplace(key, std::move(fetch)).first;
  if (has_place) {
    begin_round(added);
  } else {
    waiting_.push_back(std::move(key));
  }
}

void Worker::expire_waiting() {
  const SteadyTime now = clock_.steady();
  for (const Key& key : std::deque(waiting_)) {
    const auto fetch = fetches_.find(key);
    if (fetch->second.deadline <= now) {
      const Error error{.kind = ErrorKind::timeout,
                        .detail = fmt::format("no place became free in time: {} requests are "
                                              "under way and {} wait",
                                              running_, waiting_.size())};
      settle(fetch, failed(error));
    }
  }
}

void Worker::begin_waiting() {
  while (running_ < options_.requests_max && !waiting_.empty()) {
    const auto fetch = fetches_.find(waiting_.front());
    waiting_.pop_front();
    begin_round(fetch);
  }
}

void Worker::end_all() {
  while (!fetches_.empty()) {
    settle(fetches_.begin(), stopped());
  }
}

TimePoint Worker::next_look() const {
  SteadyTime soonest = SteadyTime::max();
  for (const Key& key : waiting_) {
    soonest = std::min(soonest, fetches_.at(key).deadline);
  }
  // Those that run end with their attempts, none of which lasts beyond the budget.
  return soonest == SteadyTime::max() ? TimePoint::max()
                                      : clock_.now() + (soonest - clock_.steady());
}

void Worker::begin_round(Fetches::iterator at) {
  Inflight& fetch = at->second;
  const Milliseconds left = fetch.deadline - clock_.steady();
  if (fetch.state == Inflight::State::waiting) {
    fetch.state = Inflight::State::running;
    ++running_;
  }
  if (fetch.error && (fetch.untried.empty() || left <= Milliseconds::zero())) {
    settle(at, failed(*std::move(fetch.error)));
    return;
  }
  fetch.untried = candidates_.in_order(std::move(fetch.untried), clock_.steady());
  const std::size_t limit = std::min(options_.round_max, fetch.untried.size());
  const std::size_t width = fetch.growth().width(fetch.round, limit);
  ++fetch.round;
  const auto end = fetch.untried.begin() + static_cast<std::ptrdiff_t>(width);
  const std::vector<std::size_t> chosen(fetch.untried.begin(), end);
  fetch.untried.erase(fetch.untried.begin(), end);
  for (const std::size_t candidate : chosen) {
    begin_attempt(fetch, candidate, std::min(fetch.longest_attempt(), left));
  }
}

void Worker::begin_attempt(Inflight& fetch, std::size_t candidate, Milliseconds timeout) {
  const auto attempt = std::make_shared<Attempt>(fetch.key, candidate, clock_.steady());
  fetch.asking.push_back(attempt);
  ++under_way_;
  auto question = ask(transport_, peer_, attempt->key, candidates_.address(candidate), timeout);
  auto ended = [self = shared_from_this(), attempt](const std::exception_ptr& error,
                                                    http::Exchange heard) {
    rethrow_unless_cancelled(error);
    attempt->heard = std::move(heard);
    attempt->ended = self->clock_.steady();
    self->ended_.push_back(attempt);
    self->wakeup_.notify();
  };
  asio::co_spawn(executor_, std::move(question),
                 asio::bind_cancellation_slot(attempt->cancel.slot(), std::move(ended)));
}

void Worker::judge(Fetches::iterator fetch, Attempt& attempt) {
  if (auto* response = std::get_if<http::Response>(&attempt.heard.result)) {
    judge_response(fetch, attempt, *response);
    return;
  }
  const auto& failure = std::get<http::Failure>(attempt.heard.result);
  if (failure.fault != http::Fault::stopped) {
    candidates_.failed(attempt.candidate, attempt.ended);
  }
  std::string detail = failure.detail;
  go_on(fetch, {.kind = ErrorKind::unreachable,
                .detail = std::move(detail),
                .exchange = std::make_shared<const http::Exchange>(std::move(attempt.heard))});
}

void Worker::judge_response(Fetches::iterator fetch, Attempt& attempt, http::Response& response) {
  const Op op = fetch->first.op;
  const http::Url& address = candidates_.address(attempt.candidate);
  Error error;
  bool is_final = false;
  if (response.status == 200) {
    const auto fault = find_fault(op, response.body, fetch->second.checks);
    if (!fault) {
      candidates_.answered(attempt.candidate, attempt.ended - attempt.began);
      auto bytes = std::make_shared<const std::string>(std::move(response.body));
      settle(fetch, {.value = Outcome{std::move(bytes), address}});
      return;
    }
    error.kind = ErrorKind::invalid;
    error.detail = fmt::format("the answer of {} {}", address.text(), *fault);
  } else {
    is_final = peer_.is_final(op, response);
    error.kind = ErrorKind::refused;
    error.detail = fmt::format("{} answered {}", address.text(), response.status);
  }
  error.exchange = std::make_shared<const http::Exchange>(std::move(attempt.heard));
  if (is_final) {
    candidates_.answered(attempt.candidate, attempt.ended - attempt.began);
    settle(fetch, failed(std::move(error)));
  } else {
    candidates_.failed(attempt.candidate, attempt.ended);
    go_on(fetch, std::move(error));
  }
}

// After an attempt that brought nothing.
void Worker::go_on(Fetches::iterator fetch, Error error) {
  fetch->second.note(std::move(error));
  if (fetch->second.asking.empty()) {
    begin_round(fetch);
  }
}

// As what became of the caller who began it; those who joined it were counted then.
void Worker::count(const Inflight& fetch, const Result& result) const {
  std::string_view name = fetch.error ? "failover" : "fresh";
  if (const auto* error = std::get_if<Error>(&result.value)) {
    name = name_of_error(error->kind);
  }
  options_.fetches.add({to_string(fetch.key.op), name});
}

void Worker::settle(Fetches::iterator fetch, const Result& result) {
  count(fetch->second, result);
  fetch->second.deliver(result);
  drop(fetch);
}

void Worker::drop(Fetches::iterator fetch) {
  if (fetch->second.state == Inflight::State::running) {
    --running_;
  } else {
    std::erase(waiting_, fetch->first);
  }
  const auto asking = std::move(fetch->second.asking);
  fetches_.erase(fetch);
  for (const auto& attempt : asking) {
    attempt->given_up = true;
    candidates_.outpaced(attempt->candidate, clock_.steady() - attempt->began);
    attempt->cancel.emit(asio::cancellation_type::terminal);
  }
}

}  // namespace tender::fetch
