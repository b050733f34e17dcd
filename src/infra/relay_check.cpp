#include "tender/infra/relay_check.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "tender/base/log_messages.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/infra/relay_import.hpp"
#include "tender/zooid/relay_config.hpp"

#include "drift.hpp"
#include "look.hpp"
#include "unsupported_settings.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using outbox::Job;
using std::chrono::seconds;
using zooid::Liveness;

namespace {

constexpr int kPushes = 3;
constexpr int kFights = 3;                          // drifts that are put right, within four sweeps
constexpr std::chrono::minutes kShortestRound{15};  // of a fight, however short the sweep is

// After each look that was wrong. zooid reloads one relay after the other: with thousands of them,
// or while it starts, minutes pass.
constexpr std::array<seconds, 6> kPauses{seconds(10),  seconds(30),  seconds(60),
                                         seconds(120), seconds(240), seconds(240)};
constexpr int kLooksBeforePush = 4;  // and one more before each further push, and before giving up
static_assert(kPauses.size() + 1 == kLooksBeforePush + kPushes);
constexpr std::chrono::minutes kTurnPause{1};  // while others are still being reloaded, or paused

constexpr std::chrono::minutes kUnclearPause{1};  // doubling to kLongestWait
constexpr int kUnclearLooks = 8;                  // then nothing is known, and that is all right

}  // namespace

class RelayCheck::Execution final : public Look {
 public:
  /// With `due` false there is nothing to look at.
  Execution(RelayCheck& owner, Job job, const Relay& relay, bool due)
      : Look(owner.client_, owner.env_, owner.clock_, relay, owner.last_sync(relay.id)),
        owner_(owner),
        job_(std::move(job)),
        due_(due) {}

  [[nodiscard]] bool asks_destination() const override { return due_; }

  asio::awaitable<void> run() override {
    if (due_) {
      co_await Look::run();
    }
  }

  outbox::Settlement settle(Circumstances circumstances) override {
    conclude(owner_.query_);
    owner_.note_unsupported(verdict());
    const auto now = owner_.query_.get_relay(relay().id);
    if (circumstances.superseded || !due_ || !now || !now->synced ||
        now->revision != relay().revision) {
      return outbox::Complete{};  // the next sync has a check of its own
    }
    if (!circumstances.counts) {
      return is_sync_due() ? outbox::Settlement(outbox::Complete{}) : outbox::StayDue{};
    }
    if (is_sync_due() && verdict().liveness != Liveness::wrong) {
      return outbox::Complete{};
    }
    switch (verdict().liveness) {
      case Liveness::as_described:
        return settle_live(*now);
      case Liveness::unclear:
        return settle_unclear(*now);
      case Liveness::wrong:
        break;
    }
    return settle_wrong(*now);
  }

 private:
  // Somebody has asked for one while we looked.
  [[nodiscard]] bool is_sync_due() const {
    const auto sync = owner_.outbox_.find(kRelaySync, relay().id.text);
    return sync && sync->not_before <= owner_.clock_.now();
  }

  [[nodiscard]] outbox::Settlement look_again(int attempt, Milliseconds pause) const {
    return outbox::Retry{
        .attempt = attempt, .not_before = owner_.clock_.now() + pause, .error = verdict().reason};
  }

  [[nodiscard]] store::Command::Seen seen(bool live, int pushes) const {
    return {.live = live,
            .pushes = pushes,
            .identity = verdict().identity,
            .moved_to = subdomain_in_file()};
  }

  // Nothing: not seen, or as the row says.
  [[nodiscard]] std::optional<std::string> subdomain_in_file() const {
    const auto& drift = verdict().drift;
    const auto host = std::ranges::find(drift, "host", &FieldDrift::field);
    return verdict().in_file && host != drift.end()
               ? std::optional(subdomain_of(host->observed, owner_.env_))
               : std::nullopt;
  }

  outbox::Settlement settle_live(const Relay& now) {
    if (job_.attempt > 0) {
      owner_.progress_.came(job_.asked_seq, owner_.clock_.now());
    }
    owner_.said_what_is_unclear_ = false;
    if (now.status == RelayStatus::active) {
      owner_.note_present(now, /*recreated=*/false);
    }
    if (is_left_different(now) || now.live_pushes > 0) {
      write_log(owner_.logger_, logs::kNoDrift, "relay", now.id.text, "subdomain", now.subdomain);
    }
    owner_.command_.record_look(now, seen(/*live=*/true, /*pushes=*/0));
    return outbox::Complete{};
  }

  // Each turn of the sweep looks again, so one look is enough for a relay about which nothing was
  // learned for two sweeps.
  outbox::Settlement settle_unclear(const Relay& now) {
    const Milliseconds sweep = owner_.env_.relay_sweep;
    const bool unclear_before = sweep > Milliseconds::zero() && now.seen_at &&
                                *now.seen_at < owner_.clock_.now() - 2 * sweep;
    if (job_.attempt + 1 < kUnclearLooks && !unclear_before) {
      const Milliseconds pause = kUnclearPause * (1 << job_.attempt);
      return look_again(job_.attempt + 1, std::min<Milliseconds>(pause, kLongestWait));
    }
    const bool said = std::exchange(owner_.said_what_is_unclear_, true);
    write_log(owner_.logger_, said ? spdlog::level::debug : spdlog::level::warn, logs::kUnclear,
              "relay", relay().id.text, "subdomain", relay().subdomain, "cause", verdict().reason);
    return outbox::Complete{};
  }

  outbox::Settlement settle_wrong(const Relay& now) {
    // What zooid has yet to load from its file is nobody's edit.
    const std::vector<FieldDrift> shown =
        verdict().lagging ? std::vector<FieldDrift>() : verdict().drift;
    const DriftDecision drift = decide_drift(now, shown, policy_for(now));
    if (!drift.taken.empty()) {
      return owner_.is_paused() ? outbox::Settlement(look_after_pause()) : adopt(now, drift);
    }
    if (is_sync_due()) {
      if (now.live == true) {
        owner_.command_.record_look(now, seen(/*live=*/false, now.live_pushes));
      }
      return outbox::Complete{};
    }
    if (now.live == true || is_never_sent(now) || is_news(now, drift)) {
      return notice(now, drift);
    }
    if (!drift.enforce && (now.live == false || verdict().in_file)) {
      return outbox::Complete{};  // it was said when it was noticed
    }
    return wait_or_push(now);
  }

  // Nothing is taken over from what may be another relay at the same host.
  [[nodiscard]] config::RelayDrift policy_for(const Relay& now) const {
    const auto policy = drift_policy(now, owner_.env_);
    const bool anothers =
        !now.identity.empty() && !verdict().identity.empty() && verdict().identity != now.identity;
    return anothers && policy != config::RelayDrift::report ? config::RelayDrift::enforce : policy;
  }

  // What was left different is to be put right now; or somebody has written zooid's file since
  // tender did.
  [[nodiscard]] bool is_news(const Relay& now, const DriftDecision& drift) const {
    if (verdict().in_file && !now.doubt_until) {
      return drift.enforce || !now.live.has_value();
    }
    return is_left_different(now) && drift.enforce && !drift.left.empty();
  }

  // A row that was imported, and zooid has taken nothing of it yet that it could fail to load.
  [[nodiscard]] bool is_never_sent(const Relay& now) const {
    return !now.live && !owner_.query_.find_last_sync(now.id);
  }

  // A minute after the pause at the latest.
  [[nodiscard]] outbox::WaitUntil look_after_pause() const {
    return {owner_.clock_.now() + kTurnPause};
  }

  // Only looks that were made count, however long ago the sync was: our own queue may be long.
  outbox::Settlement wait_or_push(const Relay& now) {
    if (is_left_different(now) && is_lost()) {
      owner_.note_lost(now);  // a restart, or one relay that came back, has forgotten it
      if (owner_.lost_.are_many()) {
        return outbox::Complete{};  // the sweep looks again
      }
    }
    const int pushes = std::min(now.live_pushes, kPushes);  // whatever the row says
    if (job_.attempt + 1 < kLooksBeforePush + pushes) {
      return look_again(job_.attempt + 1, kPauses.at(static_cast<std::size_t>(job_.attempt)));
    }
    if (owner_.is_paused() || owner_.progress_.may_come(job_.asked_seq, owner_.clock_.now())) {
      return look_again(job_.attempt, kTurnPause);
    }
    return pushes < kPushes ? push_again(now) : give_up(now);
  }

  // With its whole config directory gone, zooid has lost every relay. Sending them all again would
  // make a dead letter of each, which says less than one line does.
  [[nodiscard]] bool is_lost() const {
    return verdict().drift.empty() && !verdict().lagging && relay().status == RelayStatus::active &&
           owner_.env_.relay_sweep > Milliseconds::zero();
  }

  outbox::Settlement adopt(const Relay& now, const DriftDecision& drift) {
    // Not in step if zooid may hold something else besides: then it is sent.
    const bool as_described =
        !now.doubt_until &&
        now.synced_digest == zooid::body_digest(zooid::update_body(now, owner_.env_));
    owner_.command_.adopt_relay_info(
        drift.adopted,
        {.answer = DriftAnswer::adopt, .reason = say(drift.taken), .fields = drift.taken},
        seen(drift.left.empty(), /*pushes=*/0),
        as_described ? zooid::body_digest(zooid::update_body(drift.adopted, owner_.env_))
                     : std::string());
    if (!as_described) {
      send(drift.adopted.id);
    }
    const auto adopted = owner_.query_.get_relay(drift.adopted.id);
    return drift.left.empty() || !as_described || !adopted ? outbox::Settlement(outbox::Complete{})
                                                           : notice(*adopted, drift);
  }

  [[nodiscard]] std::string say(const std::vector<FieldDrift>& fields) const {
    return describe(fields, verdict().in_file ? "its file has" : "it shows");
  }

  // The first look that shows it. If zooid has just begun to reload the relay, it is absent for a
  // moment, or as it was before; other fields than those of the row do not go away by themselves.
  outbox::Settlement notice(const Relay& now, const DriftDecision& drift) {
    const bool absent = verdict().drift.empty() || verdict().lagging;
    if (!absent && drift.enforce && !owner_.is_paused() && is_contested(now)) {
      return give_up_contested(now);
    }
    owner_.command_.notice_relay_drift(
        now,
        {.revision = now.revision,
         .answer = drift.enforce ? DriftAnswer::enforce : DriftAnswer::report,
         .reason = drift.taken.empty() ? verdict().reason : say(drift.left),
         .fields = drift.left,
         .refused = drift.refused},
        seen(/*live=*/false, absent || !drift.enforce ? 0 : 1));
    if (!drift.enforce) {
      return outbox::Complete{};
    }
    if (absent) {
      if (is_lost()) {
        owner_.note_lost(now);
      }
      return is_lost() && owner_.lost_.are_many() ? outbox::Settlement(outbox::Complete{})
                                                  : look_again(1, kPauses.front());
    }
    send(now.id);
    return outbox::Complete{};
  }

  // Put right so often, and different again: some other program wants it otherwise, and every write
  // makes zooid reload the relay.
  [[nodiscard]] bool is_contested(const Relay& now) const {
    const Milliseconds round = std::max<Milliseconds>(owner_.env_.relay_sweep, kShortestRound);
    const TimePoint since = owner_.clock_.now() - (kFights + 1) * round;
    return owner_.query_.count_enforced_drifts(now.id, since) >= kFights;
  }

  void send(const RelayId& id) {
    Job push = relay_job(kRelaySync, id);
    push.priority = outbox::Priority::normal;
    owner_.outbox_.enqueue(push, owner_.clock_.now());
  }

  outbox::Settlement push_again(const Relay& now) {
    write_log(owner_.logger_, logs::kSentAgain, "relay", now.id.text, "subdomain", now.subdomain,
              "attempt", now.live_pushes + 1, "of", kPushes, "cause", verdict().reason);
    owner_.command_.record_look(now, seen(/*live=*/false, now.live_pushes + 1));
    send(now.id);
    return outbox::Complete{};
  }

  outbox::Settlement give_up(const Relay& now) {
    return give_up(
        now, outbox::DeadLetterReason::not_served, kPushes + 1,
        fmt::format("zooid took the config but does not serve the relay: {}; see zooid's "
                    "log, then `tender reconcile {} --force`",
                    verdict().reason, now.subdomain));
  }

  outbox::Settlement give_up_contested(const Relay& now) {
    return give_up(now, outbox::DeadLetterReason::contested, kFights,
                   fmt::format("another program changes the relay back each time that tender "
                               "corrects it ({}); find out what writes zooid's config, then run "
                               "`tender reconcile {} --force`",
                               verdict().reason, now.subdomain));
  }

  outbox::Settlement give_up(const Relay& now, outbox::DeadLetterReason reason, int attempt,
                             std::string error) {
    owner_.command_.record_look(now, seen(/*live=*/false, /*pushes=*/0));
    owner_.command_.fail_relay_sync(now, {.revision = now.revision,
                                          .error = error,
                                          .outcome = std::string(outbox::to_string(reason)),
                                          .superseded = false,
                                          .doubt_until = now.doubt_until,
                                          .digest = now.synced_digest});
    return outbox::GiveUp{.kind = kRelaySync,
                          .reason = reason,
                          .attempt = attempt,
                          .revision = now.revision,
                          .error = std::move(error)};
  }

  RelayCheck& owner_;
  Job job_;
  bool due_;
};

RelayCheck::RelayCheck(store::Database& database, store::Query query, store::Command command,
                       const config::Env& env, zooid::Client& client, const Clock& clock,
                       Logger& logger, const Metrics& metrics)
    : query_(query),
      command_(command),
      env_(env),
      client_(client),
      clock_(clock),
      logger_(logger),
      outbox_(database),
      pause_(database),
      progress_(clock.now()),
      syncs_(metrics.counter("tender_syncs_total")) {}

void RelayCheck::schedule(const Relay& relay, std::int64_t taken_at_seq) {
  if (env_.relay_verify != config::RelayVerify::off && relay.status != RelayStatus::deleted) {
    outbox_.enqueue(first_look(relay.id, taken_at_seq), clock_.now() + kFirstLook);
  }
}

void RelayCheck::ensure(const Relay& relay) {
  if (env_.relay_verify != config::RelayVerify::off && relay.live != true &&
      relay.status != RelayStatus::deleted) {
    look_soon(relay.id);
  }
}

void RelayCheck::look_soon(const RelayId& id) {
  Job job = first_look(id, /*taken_at_seq=*/0);
  job.not_before = clock_.now() + kFirstLook;
  outbox_.schedule(job);
}

// One zooid serves all relays, so what one file of it shows is true of the others.
void RelayCheck::note_unsupported(const zooid::LivenessVerdict& verdict) {
  if (verdict.unsupported.empty() || said_what_is_unsupported_) {
    return;
  }
  const std::string text =
      describe_unsupported(query_.count_settings(), env_.blossom_s3.has_value());
  if (!text.empty()) {  // else no row asks for it any more
    said_what_is_unsupported_ = true;
    write_log(logger_, logs::kUnsupported, "cause", text);
  }
}

void RelayCheck::note_lost(const Relay& relay) {
  const auto had_at = relay.live == true ? relay.seen_at : query_.find_last_sync(relay.id);
  if (!lost_.add(relay.id, had_at)) {
    return;
  }
  if (lost_.count() == 1 && env_.relay_verify != config::RelayVerify::off) {
    for (const RelayId& other :
         query_.list_seen_relays(static_cast<std::int64_t>(LostRelays::kMany) + 1)) {
      look_at(other);
    }
  } else if (lost_.count() == LostRelays::kMany) {
    warn_of_many_lost(relay);
  }
}

void RelayCheck::note_present(const Relay& relay, bool recreated) {
  lost_.found(relay.id);
  if (lost_.count() == 0) {
    return;
  }
  const bool were_many = lost_.are_many();
  lost_.note_present(relay.id, recreated ? clock_.now() : query_.find_last_sync(relay.id));
  if (were_many && !lost_.are_many()) {
    write_log(logger_, logs::kFoundAgain, "last", relay.subdomain);
  }
}

void RelayCheck::forget_lost(const RelayId& id) {
  lost_.forget(id);
}

void RelayCheck::warn_of_many_lost(const Relay& last) const {
  write_log(logger_, logs::kManyLost, "relays", LostRelays::kMany, "zooid", env_.zooid_api_text(),
            "last", last.subdomain);
}

std::optional<TimePoint> RelayCheck::last_sync(const RelayId& id) const {
  return env_.zooid_config_dir ? query_.find_last_sync(id) : std::nullopt;
}

void RelayCheck::look_at(const RelayId& id) {
  Job job = first_look(id, /*taken_at_seq=*/0);
  job.not_before = clock_.now();
  outbox_.schedule(job);
}

Job RelayCheck::first_look(const RelayId& id, std::int64_t taken_at_seq) {
  Job job = relay_job(kRelayCheck, id);
  job.priority = outbox::Priority::bulk;
  job.asked_seq = taken_at_seq;
  return job;
}

std::unique_ptr<outbox::Execution> RelayCheck::begin(const Job& job, bool /*may_overwrite*/) {
  const auto relay = query_.get_relay(RelayId{job.key});
  const bool due = relay && relay->synced && relay->status != RelayStatus::deleted;
  return std::make_unique<Execution>(*this, job, relay.value_or(Relay()), due);
}

}  // namespace tender::infra
