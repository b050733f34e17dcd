#include "reconcile_watch.hpp"

#include <algorithm>
#include <csignal>
#include <ostream>

#include <fmt/ostream.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/model/sync_detail.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/store/database.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/store/portion.hpp"
#include "tender/store/transaction.hpp"

#include "event_loop.hpp"
#include "output.hpp"
#include "pause_text.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr std::int64_t kProgressWidth = 30;
constexpr std::int64_t kProgressFrom = 10;  // fewer relays are done before a bar could be read

// What is asked for here by name is urgent: everything else stays for a sidecar proper.
outbox::Priority floor_of(const ReconcileWatch::Request& request) {
  return request.wanted.bulk ? outbox::Priority::bulk : outbox::Priority::urgent;
}

}  // namespace

ExitCode exit_code_of(const ReconcileSummary& summary) {
  const std::int64_t failed = summary.relays - summary.in_step;
  if (!summary.complete) {
    return ExitCode::some_failed;
  }
  if (failed == 0) {
    return ExitCode::ok;
  }
  return summary.host_faults == failed ? ExitCode::unreachable : ExitCode::some_failed;
}

ReconcileWatch::ReconcileWatch(const config::Env& env, store::Database& database,
                               ReconcileScope& scope, Request request, Print print,
                               std::ostream* progress)
    : env_(env),
      database_(database),
      scope_(scope),
      request_(request),
      print_(std::move(print)),
      progress_(progress),
      estimate_(scope.estimate()),
      logger_(make_logger(spdlog::level::err, env.log_format)),
      signals_(io_, SIGTERM, SIGINT),
      clock_(io_.get_executor()),
      sidecar_(env, io_.get_executor(), *logger_, {database, clock_, random_},
               {.floor = floor_of(request), .schedules = false}),
      receiver_(sidecar_.activities().subscribe()),
      query_(database),
      cursor_(query_, request_.awaited ? request_.awaited->after_seq : query_.last_activity_seq()),
      command_(sidecar_.command()),
      outbox_(database),
      request_alarm_(clock_),
      deadline_alarm_(clock_),
      work_alarm_(clock_) {
  if (estimate_ < kProgressFrom) {
    progress_ = nullptr;
  }
}

ReconcileSummary ReconcileWatch::until_done(Milliseconds patience) {
  run_to_end(io_, everything(patience));
  if (error_) {
    std::rethrow_exception(error_);
  }
  read_log();  // what the drain settled
  show_progress();
  if (std::exchange(progress_shown_, false)) {
    *progress_ << '\n' << std::flush;
  }
  report_waiting();
  return summary_;
}

void ReconcileWatch::report_waiting() {
  const outbox::DestinationState destination =
      outbox::read_destination_state(database_, infra::kZooid);
  const bool paused = destination.paused_until && *destination.paused_until > clock_.now();
  ReconcileResult result;
  result.host_fault = destination.failing_since || paused;
  if (const auto pause = store::PauseTable(database_).find(clock_.now())) {
    result.host_fault = false;
    result.error = fmt::format("tender is {}", text_of(*pause));
  } else if (destination.failing_since) {
    result.error = destination.reason;
  } else if (paused) {
    result.error = fmt::format("zooid asks tender to wait until {} (Retry-After)",
                               format_time(*destination.paused_until));
  }
  using Entry = std::pair<const std::string, Asked>;
  std::vector<const Entry*> waiting;
  for (const Entry& entry : asked_) {
    if (entry.second.open) {
      waiting.push_back(&entry);
    }
  }
  std::ranges::sort(waiting, {}, [](const Entry* entry) { return entry->second.seq; });
  const bool known = result.host_fault || !result.error.empty();
  for (const Entry* entry : waiting) {
    result.relay_id = entry->first;
    result.subdomain = entry->second.subdomain;
    report(known ? result : with_last_failure(result, entry->second));
  }
}

ReconcileResult ReconcileWatch::with_last_failure(ReconcileResult result,
                                                  const Asked& asked) const {
  const auto row = query_.get_relay(RelayId{result.relay_id});
  const std::string error = asked.error.empty() && row ? row->sync_error : asked.error;
  result.host_fault = asked.host_fault;
  result.error = fmt::format("{}{}; the work stays in the outbox of the database",
                             summary_.interrupted ? "interrupted" : "no result in time",
                             error.empty() ? error : "; the last attempt failed: " + error);
  return result;
}

asio::awaitable<void> ReconcileWatch::everything(Milliseconds patience) {
  using namespace asio::experimental::awaitable_operators;
  last_result_ = clock_.now();
  co_await (request() && work() && watch() && lose_patience(patience) && heed_signals());
}

asio::awaitable<void> ReconcileWatch::heed_signals() {
  if (finished_) {
    co_return;  // there is nobody left to end the wait
  }
  boost::system::error_code ended;
  co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  if (!ended) {
    summary_.interrupted = true;
    finish();
  }
}

// Looks at the relays of the scope and asks for those that need it, a page at a time: the loop
// turns in between, and so do others that write.
asio::awaitable<void> ReconcileWatch::request() {
  bool asked_for_page = true;
  while (!finished_ && !summary_.complete) {
    auto relays = scope_.next();
    summary_.complete = relays.empty();
    if (request_.skip_unchanged) {
      relays = without_unchanged(std::move(relays));
    }
    std::size_t done = 0;
    while (done < relays.size() && !finished_) {
      done += ask(std::span(relays).subspan(done));
      work_alarm_.notify();
      const TimePoint next = clock_.now() + store::Portion::kBreath;
      co_await request_alarm_.wait_until(next);
    }
    asked_for_page = done == relays.size();
    show_progress();
    last_result_ = clock_.now();
    co_await asio::post(io_, asio::use_awaitable);
  }
  if (!summary_.complete) {  // interrupted, perhaps just before the end was seen
    summary_.complete = asked_for_page && scope_.next().empty();
  }
  if (request_.awaited) {
    read_log();  // the result may have come before there was anybody to hear of it
  }
  finish_if_done();
}

std::vector<Relay> ReconcileWatch::without_unchanged(std::vector<Relay> relays) {
  std::erase_if(relays, [this](const Relay& relay) {
    if (!infra::needs_nothing(env_, database_, relay)) {
      return false;
    }
    ++summary_.relays;
    report({.relay_id = relay.id.text,
            .subdomain = relay.subdomain,
            .state = ReconcileState::unchanged,
            .error = {},
            .host_fault = false});
    return true;
  });
  return relays;
}

// For the first of `relays`, in one transaction; how many.
std::size_t ReconcileWatch::ask(std::span<const Relay> relays) {
  store::Portion portion(clock_);
  std::size_t done = 0;
  store::Transaction transaction(database_);
  while (done < relays.size() && portion.take()) {
    const Relay& relay = relays[done];
    ++done;
    const auto [entry, is_new] = asked_.try_emplace(relay.id.text);
    if (is_new) {
      if (!request_.awaited) {
        command_.reconcile_relay(relay, request_.wanted);
      }
      entry->second = {
          .subdomain = relay.subdomain,
          .seq = request_.awaited ? request_.awaited->after_seq : query_.last_activity_seq()};
      ++open_;
      ++summary_.relays;
    }
  }
  transaction.commit();
  return done;
}

// Nobody is needed before something was asked for. Whoever holds the lock then does the work, and
// we do when it ends.
asio::awaitable<void> ReconcileWatch::work() {
  while (open_ == 0 && !finished_) {
    co_await work_alarm_.wait_until(TimePoint::max());
  }
  if (finished_) {
    co_return;
  }
  // Kept until the others have ended too: an error of one coroutine would cancel them, and theirs
  // could hide it.
  try {
    co_await sidecar_.run();
  } catch (...) {
    error_ = std::current_exception();
    finish();
  }
}

asio::awaitable<void> ReconcileWatch::watch() {
  while (!finished_) {
    const auto received = co_await receiver_.recv();
    if (std::holds_alternative<store::Closed>(received.item)) {
      co_return;
    }
    read_log();
    show_progress();
    finish_if_done();
  }
}

// The channel only says that there is something: the activity log has every row.
void ReconcileWatch::read_log() {
  for (auto rows = cursor_.next(); !rows.empty(); rows = cursor_.next()) {
    std::ranges::for_each(rows, [this](const Activity& row) { take(row); });
  }
}

asio::awaitable<void> ReconcileWatch::lose_patience(Milliseconds patience) {
  while (!finished_ && (!summary_.complete || clock_.now() < last_result_ + patience)) {
    TimePoint deadline = last_result_ + patience;
    if (!summary_.complete) {  // nobody waits before all is asked for
      deadline = clock_.now() + patience;
    }
    co_await deadline_alarm_.wait_until(deadline);
  }
  if (!finished_) {
    finish();
  }
}

void ReconcileWatch::finish_if_done() {
  if (!finished_ && summary_.complete && open_ == 0) {
    finish();
  }
}

void ReconcileWatch::finish() {
  if (std::exchange(finished_, true)) {
    return;
  }
  signals_.cancel();
  signals_.clear();  // the next one ends the process
  request_alarm_.notify();
  deadline_alarm_.notify();
  work_alarm_.notify();
  receiver_.close();
  sidecar_.stop();
}

void ReconcileWatch::take(const Activity& activity) {
  const auto type = activity.relay_activity();
  const auto found = asked_.find(activity.resource_id);
  if (found == asked_.end() || !found->second.open || activity.seq <= found->second.seq ||
      (type != ActivityType::complete_relay_sync && type != ActivityType::fail_relay_sync)) {
    return;
  }
  const bool failed = type == ActivityType::fail_relay_sync;
  if (!is_answer(activity, failed)) {
    remember_failure(activity, failed, found->second);
    return;
  }
  const ReconcileResult result = view::read_result(activity, found->second.subdomain, outbox_);
  found->second.open = false;
  --open_;
  last_result_ = clock_.now();
  report(result);
}

// A failure that a retry follows ends no wait, but tells why there was no result in time.
void ReconcileWatch::remember_failure(const Activity& activity, bool failed, Asked& asked) const {
  if (!request_.awaited || !failed) {
    return;
  }
  const FailureDetail detail = read_failure_detail(activity);
  if (detail.revision >= request_.awaited->revision) {
    asked.error = detail.error;
    asked.host_fault = view::is_host_fault(detail);
  }
}

// Whether a result of a relay that was asked for is the one that was asked for.
bool ReconcileWatch::is_answer(const Activity& activity, bool failed) {
  if (request_.awaited) {
    const std::int64_t revision =
        failed ? read_failure_detail(activity).revision : read_completion_detail(activity).revision;
    return revision >= request_.awaited->revision &&
           !(failed && outbox_.find(infra::kRelaySync, activity.resource_id));
  }
  return view::is_result(activity, outbox_);
}

void ReconcileWatch::report(const ReconcileResult& result) {
  summary_.in_step += is_in_step(result.state) ? 1 : 0;
  summary_.waiting += result.state == ReconcileState::waiting ? 1 : 0;
  summary_.host_faults += result.host_fault ? 1 : 0;
  clear_progress();
  print_(result);
}

void ReconcileWatch::show_progress() {
  if (progress_ == nullptr) {
    return;
  }
  const std::int64_t done = summary_.relays - static_cast<std::int64_t>(open_);
  const std::int64_t total =
      summary_.complete ? summary_.relays : std::max(summary_.relays, estimate_);
  const auto filled = static_cast<std::size_t>(total == 0 ? 0 : kProgressWidth * done / total);
  fmt::print(*progress_, "\r[{}{}] {}/{}", std::string(filled, '#'),
             std::string(kProgressWidth - filled, '.'), done, total);
  progress_->flush();
  progress_shown_ = true;
}

// A result is about to be printed, perhaps on the same terminal.
void ReconcileWatch::clear_progress() {
  if (std::exchange(progress_shown_, false)) {
    *progress_ << "\r\033[K" << std::flush;
  }
}

}  // namespace tender::cli
