#include "tender/infra/relay_sync.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "tender/base/log_messages.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/model/relay_fields.hpp"
#include "tender/zooid/relay_config.hpp"

#include "drift.hpp"
#include "wait_for_host.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using zooid::Outcome;
using zooid::Verdict;

namespace {

// Of a plan that sends something.
SyncAction action_of(SyncPlan plan) {
  switch (plan) {
    case SyncPlan::create:
      return SyncAction::create;
    case SyncPlan::remove:
      return SyncAction::remove;
    default:
      return SyncAction::update;
  }
}

}  // namespace

class RelaySync::Execution final : public outbox::Execution {
 public:
  /// `asked_seq`: the activity that asked for it. `committed_at` is for the first request of a
  /// command: when it was committed.
  Execution(RelaySync& owner, std::int64_t asked_seq, Relay relay, SyncPlan plan, Effort effort,
            std::optional<TimePoint> committed_at)
      : owner_(owner),
        asked_seq_(asked_seq),
        relay_(std::move(relay)),
        plan_(plan),
        effort_(effort),
        committed_at_(committed_at) {}

  /// An execution whose result is known without asking zooid.
  Execution(RelaySync& owner, std::int64_t asked_seq, Relay relay, Verdict verdict)
      : owner_(owner),
        asked_seq_(asked_seq),
        relay_(std::move(relay)),
        report_{.verdict = std::move(verdict)} {}

  [[nodiscard]] bool asks_destination() const override { return plan_ != SyncPlan::skip; }
  [[nodiscard]] bool overwrites() const override { return may_overwrite_file(plan_, relay_); }

  asio::awaitable<void> run() override {
    if (asks_destination()) {
      begun_at_ = owner_.clock_.steady();
      if (relay_.doubt_until) {
        earlier_doubt_ends_ = owner_.doubts_.end_of(relay_.id.text, *relay_.doubt_until);
      }
      SyncOrder order = owner_.order(relay_, plan_, effort_);
      if (plan_ == SyncPlan::update && owner_.collisions_.take_parking(relay_)) {
        parking_ = true;
        order.relay.subdomain = HostCollisions::parking_subdomain(relay_.id);
      }
      if (committed_at_) {
        owner_.commits_to_requests_.observe(owner_.clock_.now() - *committed_at_);
      }
      report_ = co_await owner_.runner_.run(std::move(order));
      owner_.note_leftover(relay_.id, report_.leftover);
      doubt_until_ = remaining_doubt();
    } else {
      doubt_until_ = relay_.doubt_until;
    }
    count();
  }

  [[nodiscard]] outbox::DestinationSign destination_sign() const override {
    return asks_destination() ? infra::destination_sign(verdict()) : outbox::DestinationSign();
  }

  outbox::Settlement settle(Circumstances circumstances) override {
    outbox::Settlement settlement = conclude(circumstances);
    const bool again = std::holds_alternative<outbox::StayDue>(settlement) ||
                       std::holds_alternative<outbox::DoAgain>(settlement);
    if (again && asks_destination()) {
      owner_.asked_before_[relay_.id.text] = asked_seq_;
    } else {
      owner_.asked_before_.erase(relay_.id.text);
    }
    return settlement;
  }

 private:
  outbox::Settlement conclude(Circumstances circumstances) {
    HostCollisions& collisions = owner_.collisions_;
    collisions.end(relay_.id);
    if (verdict().outcome == Outcome::host_taken) {
      collisions.begin(relay_.id, relay_.subdomain);
    }
    const auto now = owner_.query_.get_relay(relay_.id);
    if (!now || plan_ == SyncPlan::remove) {
      owner_.check_.forget_lost(relay_.id);
    }
    if (!now) {
      // A host that it was only parked under is not what its row asked for: the doubt stays.
      if (asks_destination() && !parking_ && verdict().outcome == Outcome::done) {
        owner_.command_.complete_sync_of_gone_relay(relay_, completed());
      }
      return outbox::Complete{};  // the relay is gone: there is nothing to keep in step
    }
    if (report_.lost) {
      owner_.command_.note_lost_relay(relay_.id);
    }
    if (report_.lost && verdict().in_doubt) {
      owner_.command_.forget_relay_identity(relay_.id);
    }
    // A program may have changed the row without an activity row: that supersedes as well.
    const bool newer = circumstances.superseded || now->revision != relay_.revision;
    if (parking_ && verdict().outcome == Outcome::done) {
      return settle_parked(*now, newer);
    }
    const auto holder = collisions.holder_of_host(relay_.id, owner_.query_);
    if (holder && !newer && !parking_ && collisions.may_park(relay_) &&
        collisions.closes_a_circle(relay_.id, owner_.query_)) {
      write_log(owner_.logger_, logs::kParked, "relay", now->id.text, "subdomain", now->subdomain,
                "holder", holder->subdomain);
      collisions.park(relay_);
      owner_.command_.hold_relay_sync(relay_.id, doubt_until_, digest_after_failure());
      return outbox::StayDue{};
    }
    if (verdict().outcome == Outcome::done) {
      if (!report_.created) {
        hurry_those_who_wait(*now);
      }
      if (plan_ == SyncPlan::update) {
        owner_.check_.note_present(*now, report_.lost || relay_.doubt_until.has_value());
      }
      complete();
      return newer ? outbox::Settlement(outbox::StayDue{}) : settle_success();
    }
    if (!circumstances.counts || verdict().outcome == Outcome::stopped) {
      owner_.command_.hold_relay_sync(relay_.id, doubt_until_, digest_after_failure());
      return outbox::StayDue{};
    }
    if (!newer && is_one_of_many_lost(*now)) {
      return wait_for_the_directory();
    }
    fail(newer);
    if (newer) {
      return outbox::StayDue{};
    }
    outbox::Settlement settlement = settle_failure();
    if (std::holds_alternative<outbox::GiveUp>(settlement)) {
      collisions.end(relay_.id);  // whoever waits for its host waits for a person
    }
    return settlement;
  }

  // It has run. Not when it is settled, which can be done twice.
  void count() const {
    const bool refused = plan_ == SyncPlan::skip && verdict().outcome == Outcome::permanent;
    owner_.syncs_.add(
        {to_string(refused ? SyncPlan::reject : plan_), zooid::to_string(verdict().outcome)});
    if (asks_destination()) {
      owner_.durations_.observe({to_string(plan_)}, owner_.clock_.steady() - begun_at_);
    }
  }

  [[nodiscard]] const Verdict& verdict() const { return report_.verdict; }

  // What was refused, or never read, has changed nothing: zooid has what it took last, unless that
  // was in doubt, and this request was to make up for it.
  [[nodiscard]] std::string digest_after_failure() const {
    const bool untouched = !relay_.doubt_until && effort_ == Effort::if_changed && !doubt_until_ &&
                           report_.requests <= 1 && !report_.lost &&
                           verdict().outcome != Outcome::torn;
    return untouched ? relay_.synced_digest : std::string();
  }

  // Only a definite answer to a request that was begun late enough ends an earlier doubt: until
  // then the earlier request may still arrive, and bring back what it said. Whether an earlier
  // creation has left a relay there, only success tells.
  [[nodiscard]] std::optional<TimePoint> remaining_doubt() {
    if (verdict().in_doubt) {
      return owner_.doubts_.begin(relay_.id.text, owner_.env_.relay_sync_settle);
    }
    const bool may_exist = plan_ == SyncPlan::create && verdict().outcome != Outcome::done;
    if (earlier_doubt_ends_ && (may_exist || begun_at_ < *earlier_doubt_ends_)) {
      return owner_.clock_.now() + (*earlier_doubt_ends_ - owner_.clock_.steady());
    }
    owner_.doubts_.forget(relay_.id.text);
    return std::nullopt;
  }

  // The result of what a webhook has caused is caused by it, too.
  [[nodiscard]] store::Command command() const {
    return owner_.command_.caused_by(owner_.query_.find_cause(asked_seq_));
  }

  void fail(bool superseded) {
    command().fail_relay_sync(relay_, {.revision = relay_.revision,
                                       .error = verdict().reason,
                                       .outcome = std::string(zooid::to_string(verdict().outcome)),
                                       .superseded = superseded,
                                       .doubt_until = doubt_until_,
                                       .digest = digest_after_failure()});
  }

  [[nodiscard]] bool is_one_of_many_lost(const Relay& now) {
    if (verdict().outcome != Outcome::not_found) {
      return false;
    }
    owner_.check_.note_lost(now);
    return owner_.check_.has_lost_many();
  }

  // One line has said it for all, which says more than a dead letter of each.
  outbox::Settlement wait_for_the_directory() {
    int failures = owner_.query_.count_trailing_sync_failures(relay_.id);
    if (failures == 0) {  // since somebody asked for it last
      fail(/*superseded=*/false);
      failures = 1;
    } else {
      owner_.command_.hold_relay_sync(relay_.id, doubt_until_, digest_after_failure());
    }
    return outbox::Retry{.attempt = failures,
                         .not_before = owner_.clock_.now() + kLostPause,
                         .error = verdict().reason};
  }

  void complete() { command().complete_relay_sync(relay_, completed()); }

  [[nodiscard]] store::Command::CompletedSync completed() const {
    if (plan_ == SyncPlan::remove) {
      return {.revision = relay_.revision,
              .digest = {},
              .result = SyncResult::deleted,
              .doubt_until = doubt_until_};
    }
    SyncResult result = report_.created ? SyncResult::created : SyncResult::updated;
    if (plan_ == SyncPlan::skip) {
      result = SyncResult::unchanged;
    }
    return {.revision = relay_.revision,
            .digest = zooid::body_digest(zooid::update_body(relay_, owner_.env_)),
            .result = result,
            .doubt_until = doubt_until_,
            .identity = report_.identity};
  }

  // zooid has it under a host that nobody wants: who waits for its old one goes on, and then it.
  outbox::Settlement settle_parked(const Relay& now, bool newer) {
    owner_.command_.park_relay(relay_.id, HostCollisions::parking_subdomain(relay_.id),
                               doubt_until_);
    hurry_those_who_wait(now);
    return newer ? outbox::Settlement(outbox::StayDue{})
                 : outbox::DoAgain{owner_.clock_.now() + HostCollisions::kParked};
  }

  // The host that zooid had for this relay is free now, unless it was sent with that host again,
  // because it gave it up only while it was under way.
  void hurry_those_who_wait(const Relay& now) {
    for (const RelayId& other : owner_.collisions_.waiting_for(now.taken_subdomain)) {
      const auto waiting = owner_.query_.get_relay(other);
      const bool kept = !parking_ && waiting && waiting->subdomain == relay_.subdomain &&
                        plan_ != SyncPlan::remove;
      if (!kept && owner_.outbox_.find(kRelaySync, other.text)) {
        owner_.outbox_.enqueue(relay_job(kRelaySync, other), owner_.clock_.now());
      }
    }
  }

  [[nodiscard]] outbox::Settlement settle_success() const {
    if (doubt_until_) {
      return outbox::DoAgain{*doubt_until_};
    }
    return outbox::Complete{};
  }

  outbox::Settlement settle_failure() {
    const auto give_up = [&](outbox::DeadLetterReason reason, std::string error) {
      return outbox::GiveUp{
          .reason = reason,
          .attempt = std::max(1, owner_.query_.count_trailing_sync_failures(relay_.id)),
          .revision = relay_.revision,
          .error = std::move(error)};
    };
    switch (verdict().outcome) {
      case Outcome::permanent:
      case Outcome::unsupported:
        return give_up(outbox::DeadLetterReason::rejected, verdict().reason);
      case Outcome::not_found:
        return give_up(outbox::DeadLetterReason::lost, verdict().reason);
      case Outcome::torn:
        if (is_torn_for_sure()) {
          return give_up(outbox::DeadLetterReason::torn, verdict().reason);
        }
        break;
      default:
        break;
    }
    if (is_hopeless_collision()) {
      return give_up(outbox::DeadLetterReason::rejected, verdict().reason);
    }
    return owner_.retry_.decide(relay_, verdict().reason, doubt_until_);
  }

  // zooid also answers so for a moment while somebody else writes the file: it must have been the
  // relay's last error, too.
  [[nodiscard]] bool is_torn_for_sure() const { return verdict().reason == relay_.sync_error; }

  // No two rows want the same host. A relay of ours that has it is to get another one; and as long
  // as other syncs are due, one of them may free it, unless it waits in the same way.
  [[nodiscard]] bool is_hopeless_collision() const {
    return verdict().outcome == Outcome::host_taken &&
           !owner_.collisions_.holder_of_host(relay_.id, owner_.query_) &&
           !owner_.outbox_.has_other(kRelaySync, owner_.collisions_.relays());
  }

  RelaySync& owner_;
  std::int64_t asked_seq_;
  Relay relay_;
  SyncPlan plan_ = SyncPlan::skip;
  Effort effort_ = Effort::if_changed;
  SyncReport report_;
  SteadyTime begun_at_{};
  std::optional<TimePoint> committed_at_;
  std::optional<SteadyTime> earlier_doubt_ends_;
  std::optional<TimePoint> doubt_until_;
  bool parking_ = false;  // it is sent with a host that nobody wants
};

RelaySync::RelaySync(store::Database& database, store::Query query, store::Command command,
                     const config::Env& env, SyncRunner& runner, RelaySyncRetry& retry,
                     RelayCheck& check, const Clock& clock, Logger& logger, const Metrics& metrics)
    : query_(query),
      command_(command),
      env_(env),
      runner_(runner),
      retry_(retry),
      check_(check),
      clock_(clock),
      logger_(logger),
      outbox_(database),
      doubts_(clock, longest_doubt(env)),
      syncs_(metrics.counter("tender_syncs_total")),
      durations_(metrics.histogram("tender_sync_duration_seconds")),
      commits_to_requests_(metrics.histogram("tender_sync_commit_to_request_seconds")) {}

std::unique_ptr<outbox::Execution> RelaySync::begin(const outbox::Job& job, bool may_overwrite) {
  auto relay = query_.get_relay(RelayId{job.key});
  if (!relay) {
    Relay gone;
    gone.id.text = job.key;
    return std::make_unique<Execution>(*this, job.asked_seq, std::move(gone), Verdict{});
  }
  const SyncDecision decision = plan_relay_sync(query_, env_, *relay, effort_of(job));
  if (decision.plan == SyncPlan::create || decision.plan == SyncPlan::update) {
    if (const auto until = host_is_free_at(*relay, job.priority)) {
      return std::make_unique<WaitForHost>(*until);
    }
  }
  if (decision.plan == SyncPlan::reject) {
    Verdict invalid{Outcome::permanent, decision.why, false};
    return std::make_unique<Execution>(*this, job.asked_seq, std::move(*relay), std::move(invalid));
  }
  if (may_overwrite_file(decision.plan, *relay) && !may_overwrite) {
    return nullptr;
  }
  if (decision.plan == SyncPlan::look) {
    return check_.sync_by_look(*relay, job.asked_seq);
  }
  if (relay->livekit_enabled && !env_.livekit && !std::exchange(warned_of_livekit_, true)) {
    write_log(logger_, logs::kLivekitMissing, "relay", relay->id.text, "subdomain",
              relay->subdomain);
  }
  if (decision.plan != SyncPlan::skip) {
    command_.begin_relay_sync(*relay, clock_.now() + longest_doubt(env_));
  }
  return std::make_unique<Execution>(*this, job.asked_seq, std::move(*relay), decision.plan,
                                     effort_of(job), committed_at(job));
}

// When the command was committed whose first request the job makes, as far as this process knows.
std::optional<TimePoint> RelaySync::committed_at(const outbox::Job& job) const {
  if (!commits_to_requests_.is_on() || job.attempt > 0 || job.asked_seq == 0) {
    return std::nullopt;
  }
  const auto before = asked_before_.find(job.key);
  if (before != asked_before_.end() && before->second == job.asked_seq) {
    return std::nullopt;
  }
  const auto asked =
      query_.list_activity({.after_seq = job.asked_seq - 1, .relay = std::nullopt, .limit = 1});
  return asked.empty() || asked.front().seq != job.asked_seq
             ? std::nullopt
             : std::optional(asked.front().created_at);
}

// A relay that was deleted had the same host, and zooid would refuse to give it to another one.
// When that deletion waits for a person, this is tried nevertheless, and zooid's answer tells why
// not. Until then the deletion is as urgent as what waits for it.
std::optional<TimePoint> RelaySync::host_is_free_at(const Relay& relay, outbox::Priority priority) {
  const auto deleted = query_.get_relay_being_deleted(relay.subdomain);
  const auto deletion = deleted ? outbox_.find(kRelaySync, deleted->id.text) : std::nullopt;
  if (!deletion) {
    return std::nullopt;
  }
  const bool due = deletion->not_before <= clock_.now();  // else it waits after a failure
  if (due && priority < deletion->priority) {
    outbox::Job urgent = *deletion;
    urgent.priority = priority;
    outbox_.enqueue(urgent, clock_.now());
  }
  // Bounded, because a clock that was set back lets it seem to be due in hours.
  const TimePoint soon = clock_.now() + WaitForHost::kPause;
  return std::clamp(deletion->not_before, soon, clock_.now() + WaitForHost::kLongestPause);
}

SyncOrder RelaySync::order(const Relay& relay, SyncPlan plan, Effort effort) const {
  const SyncAction action = action_of(plan);
  const bool create = action == SyncAction::create;
  ReplaceTorn replace_torn = ReplaceTorn::never;
  if (create && left_behind_.contains(relay.id.text)) {
    replace_torn = ReplaceTorn::at_once;
  } else if (effort == Effort::recreate) {
    replace_torn = ReplaceTorn::if_confirmed;
  }
  return {.relay = desired_state(relay),
          .action = action,
          .recreate_lost =
              effort == Effort::recreate || env_.relay_recreate == config::RelayRecreate::automatic,
          .replace_torn = replace_torn,
          .last_error = relay.sync_error,
          .spared = create || effort != Effort::if_changed
                        ? std::vector<std::string>()
                        : spared_fields(relay, drift_policy(relay, env_))};
}

void RelaySync::note_leftover(const RelayId& id, Leftover leftover) {
  if (leftover == Leftover::torn) {
    left_behind_.insert(id.text);
  } else if (leftover == Leftover::none) {
    left_behind_.erase(id.text);
  }
}

}  // namespace tender::infra
