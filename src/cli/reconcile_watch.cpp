#include "reconcile_watch.hpp"

#include <array>
#include <csignal>
#include <ostream>

#include <fmt/ostream.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/outbox/host_state.hpp"
#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

#include "event_loop.hpp"
#include "output.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr std::array<std::string_view, 7> kStates{"created", "updated",  "unchanged", "unseen",
                                                  "failed",  "given_up", "waiting"};
constexpr std::size_t kProgressWidth = 30;
constexpr std::size_t kProgressFrom = 10;  // fewer relays are done before a bar could be read
constexpr Milliseconds kLockLook{500};
constexpr int kLogBatch = 256;

}  // namespace

std::string_view to_string(ReconcileState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

bool is_in_step(ReconcileState state) {
  return state == ReconcileState::created || state == ReconcileState::updated ||
         state == ReconcileState::unchanged || state == ReconcileState::unseen;
}

ReconcileWatch::ReconcileWatch(const config::Env& env, Database& database,
                               const std::vector<Relay>& relays, Command::ReconcileOptions options,
                               std::ostream* progress)
    : env_(env),
      database_(database),
      options_(options),
      progress_(relays.size() < kProgressFrom ? nullptr : progress),
      logger_(make_logger(spdlog::level::err, env.log_format)),
      signals_(io_, SIGTERM, SIGINT),
      clock_(io_.get_executor()),
      feed_(io_.get_executor(), database, clock_, *logger_),
      receiver_(feed_.channel().subscribe()),
      command_(database, clock_, random_, feed_.channel()),
      outbox_(database),
      deadline_alarm_(clock_),
      lock_alarm_(clock_),
      sidecar_(own_sidecar()) {
  for (const Relay& relay : relays) {
    open_.emplace(relay.id.text, results_.size());
    results_.push_back({.relay = relay, .state = ReconcileState::waiting, .error = {}});
  }
}

std::unique_ptr<Sidecar> ReconcileWatch::own_sidecar() {
  auto lock = DatabaseLock::try_acquire(database_.path());
  if (!lock) {
    return nullptr;
  }
  // What is asked for here by name is urgent: everything else stays for a sidecar proper.
  const auto floor = options_.bulk ? outbox::Priority::bulk : outbox::Priority::urgent;
  return std::make_unique<Sidecar>(io_.get_executor(), env_, database_, std::move(*lock), clock_,
                                   random_, command_, *logger_,
                                   infra::Infra::Options{.floor = floor});
}

std::vector<ReconcileResult> ReconcileWatch::until_done(Milliseconds patience) {
  if (!results_.empty()) {
    run_to_end(io_, everything(patience));
    read_log();  // what the drain settled
    show_progress(/*last=*/true);
  }
  explain_waiting();
  return results_;
}

void ReconcileWatch::explain_waiting() {
  const outbox::HostState host = outbox::read_host_state(database_);
  for (ReconcileResult& result : results_) {
    if (result.state != ReconcileState::waiting) {
      continue;
    }
    const bool paused = host.paused_until && *host.paused_until > clock_.now();
    result.host_fault = host.failing_since || paused;
    if (host.failing_since) {
      result.error = host.reason;
    } else if (paused) {
      result.error = fmt::format("zooid asks us to wait until {} (Retry-After)",
                                 format_time(*host.paused_until));
    } else {
      result.error = fmt::format("{}; the work stays in the outbox of the database",
                                 interrupted_ ? "interrupted" : "no result in time");
    }
  }
}

asio::awaitable<void> ReconcileWatch::everything(Milliseconds patience) {
  using namespace asio::experimental::awaitable_operators;
  last_result_ = clock_.now();
  co_await (work() && feed_.run() && watch() && lose_patience(patience) && heed_signals());
}

asio::awaitable<void> ReconcileWatch::heed_signals() {
  if (finished_) {
    co_return;  // there is nobody left to end the wait
  }
  boost::system::error_code ended;
  co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  if (!ended) {
    interrupted_ = true;
    finish();
  }
}

asio::awaitable<void> ReconcileWatch::work() {
  request();
  while (!sidecar_ && !finished_) {
    const TimePoint look = clock_.now() + kLockLook;
    co_await lock_alarm_.wait_until(look);
    // Whoever held the lock may have ended, and with it the one who would do the work.
    if (!finished_) {
      sidecar_ = own_sidecar();
    }
  }
  if (sidecar_) {
    co_await sidecar_->run();
  }
}

void ReconcileWatch::request() {
  Transaction transaction(database_);
  last_seq_ = Query(database_).last_activity_seq();
  for (const ReconcileResult& result : results_) {
    command_.reconcile_relay(result.relay, options_);
  }
  transaction.commit();
}

asio::awaitable<void> ReconcileWatch::watch() {
  while (!open_.empty()) {
    const auto received = co_await receiver_.recv();
    if (std::holds_alternative<Closed>(received.item)) {
      co_return;
    }
    read_log();
    show_progress(/*last=*/false);
  }
  finish();
}

// The channel may have dropped rows; the log has them all.
void ReconcileWatch::read_log() {
  const Query query(database_);
  std::vector<Activity> rows;
  do {
    rows = query.list_activity({.after_seq = last_seq_, .relay = std::nullopt, .limit = kLogBatch});
    for (const Activity& row : rows) {
      last_seq_ = row.seq;
      take(row);
    }
  } while (rows.size() == kLogBatch);
}

asio::awaitable<void> ReconcileWatch::lose_patience(Milliseconds patience) {
  while (!finished_ && clock_.now() < last_result_ + patience) {
    const TimePoint deadline = last_result_ + patience;
    co_await deadline_alarm_.wait_until(deadline);
  }
  if (!finished_) {
    finish();
  }
}

void ReconcileWatch::finish() {
  finished_ = true;
  signals_.cancel();
  signals_.clear();  // the next one ends the process
  deadline_alarm_.notify();
  lock_alarm_.notify();
  feed_.stop();
  if (sidecar_) {
    sidecar_->stop();
  }
}

void ReconcileWatch::take(const Activity& activity) {
  const auto type = activity.relay_activity();
  const auto found = open_.find(activity.resource_id);
  if (found == open_.end() ||
      (type != ActivityType::complete_relay_sync && type != ActivityType::fail_relay_sync)) {
    return;
  }
  const auto job = outbox_.find(outbox::JobKind::relay_sync, activity.resource_id);
  if (job && job->attempt == 0 && job->not_before <= activity.created_at) {
    return;  // the result of an execution that was under way before: ours is still due
  }
  ReconcileResult& result = results_[found->second];
  const auto detail = parse_json(activity.detail).value_or(nlohmann::json());
  if (type == ActivityType::fail_relay_sync) {
    result.state = job ? ReconcileState::failed : ReconcileState::given_up;
    result.error = json_text(detail, "error");
    const std::string outcome = json_text(detail, "outcome");
    result.host_fault = outcome == "host_fault" || outcome == "storage_fault";
  } else if (json_flag(detail, "created")) {
    result.state = ReconcileState::created;
  } else if (!json_flag(detail, "skipped")) {
    result.state = ReconcileState::updated;
  } else {
    result.error = json_text(detail, "unseen");
    result.state = result.error.empty() ? ReconcileState::unchanged : ReconcileState::unseen;
  }
  open_.erase(found);
  last_result_ = clock_.now();
}

void ReconcileWatch::show_progress(bool last) {
  if (progress_ == nullptr) {
    return;
  }
  const std::size_t done = results_.size() - open_.size();
  const std::size_t filled = kProgressWidth * done / results_.size();
  fmt::print(*progress_, "\r[{}{}] {}/{}{}", std::string(filled, '#'),
             std::string(kProgressWidth - filled, '.'), done, results_.size(), last ? "\n" : "");
  progress_->flush();
}

}  // namespace tender::cli
