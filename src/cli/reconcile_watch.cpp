#include "reconcile_watch.hpp"

#include <array>
#include <ostream>

#include <fmt/ostream.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/outbox/host_state.hpp"
#include "tender/store/database.hpp"
#include "tender/store/transaction.hpp"

#include "event_loop.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr std::array<std::string_view, 6> kStates{"created", "updated",  "unchanged",
                                                  "failed",  "given_up", "waiting"};
constexpr std::size_t kProgressWidth = 30;
constexpr std::size_t kProgressFrom = 10;  // fewer relays are done before a bar could be read

std::unique_ptr<Sidecar> own_sidecar(asio::io_context& io, const config::Env& env,
                                     Database& database, Clock& clock, Random& random,
                                     Command command, Logger& logger, bool bulk) {
  auto lock = DatabaseLock::try_acquire(database.path());
  if (!lock) {
    return nullptr;
  }
  // What is asked for here by name is urgent: everything else stays for a sidecar proper.
  const auto floor = bulk ? outbox::Priority::bulk : outbox::Priority::urgent;
  return std::make_unique<Sidecar>(io.get_executor(), env, database, std::move(*lock), clock,
                                   random, command, logger, infra::Infra::Options{.floor = floor});
}

}  // namespace

std::string_view to_string(ReconcileState state) {
  return kStates.at(static_cast<std::size_t>(state));
}

bool is_in_step(ReconcileState state) {
  return state == ReconcileState::created || state == ReconcileState::updated ||
         state == ReconcileState::unchanged;
}

ReconcileWatch::ReconcileWatch(const config::Env& env, Database& database,
                               const std::vector<Relay>& relays, Command::ReconcileOptions options,
                               std::ostream* progress)
    : database_(database),
      options_(options),
      progress_(relays.size() < kProgressFrom ? nullptr : progress),
      logger_(make_logger(spdlog::level::err, env.log_format)),
      clock_(io_.get_executor()),
      feed_(io_.get_executor(), database, clock_, *logger_),
      receiver_(feed_.channel().subscribe()),
      command_(database, clock_, random_, feed_.channel()),
      outbox_(database),
      alarm_(clock_),
      sidecar_(own_sidecar(io_, env, database, clock_, random_, command_, *logger_, options.bulk)) {
  for (const Relay& relay : relays) {
    open_.emplace(relay.id.text, results_.size());
    results_.push_back({.relay = relay, .state = ReconcileState::waiting, .error = {}});
  }
}

std::vector<ReconcileResult> ReconcileWatch::until_done(Milliseconds patience) {
  if (!results_.empty()) {
    run_to_end(io_, everything(patience));
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
    result.host_fault = host.failing_since.has_value();
    result.error = result.host_fault
                       ? host.reason
                       : "no result in time; the work stays in the outbox of the database";
  }
}

asio::awaitable<void> ReconcileWatch::everything(Milliseconds patience) {
  using namespace asio::experimental::awaitable_operators;
  last_result_ = clock_.now();
  co_await (feed_.run() && work() && watch() && lose_patience(patience));
}

asio::awaitable<void> ReconcileWatch::work() {
  request();
  if (sidecar_) {
    co_await sidecar_->run();
  }
}

void ReconcileWatch::request() {
  Transaction transaction(database_);
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
    if (const auto* activity = std::get_if<Activity>(&received.item)) {
      take(*activity);
      show_progress(/*last=*/false);
    }
  }
  finish();
}

asio::awaitable<void> ReconcileWatch::lose_patience(Milliseconds patience) {
  bool finished = false;
  while (!finished && clock_.now() < last_result_ + patience) {
    const TimePoint deadline = last_result_ + patience;
    finished = co_await alarm_.wait_until(deadline);
  }
  if (!finished) {
    finish();
  }
}

void ReconcileWatch::finish() {
  alarm_.notify();
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
    result.host_fault = json_text(detail, "outcome") == "host_fault";
  } else if (json_flag(detail, "created")) {
    result.state = ReconcileState::created;
  } else {
    result.state =
        json_flag(detail, "skipped") ? ReconcileState::unchanged : ReconcileState::updated;
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
