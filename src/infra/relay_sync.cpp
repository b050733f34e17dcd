#include "tender/infra/relay_sync.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "tender/infra/kinds.hpp"
#include "tender/zooid/relay_config.hpp"
#include "tender/zooid/scratch_relay.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using zooid::Outcome;
using zooid::Verdict;

std::string_view to_string(SyncPlan plan) {
  switch (plan) {
    case SyncPlan::create:
      return "create";
    case SyncPlan::update:
      return "update";
    case SyncPlan::reject:
      return "reject";
    case SyncPlan::look:
      return "look";
    case SyncPlan::skip:
      break;
  }
  return "skip";
}

namespace {

bool is_what_zooid_took(const config::Env& env, const Relay& relay) {
  return zooid::body_digest(zooid::update_body(relay, env)) == relay.synced_digest;
}

// A creation that finds the relay there goes on with an update.
bool may_overwrite_file(SyncPlan plan, const Relay& relay) {
  return plan == SyncPlan::update || (plan == SyncPlan::create && relay.settle_at);
}

}  // namespace

bool is_unchanged(const config::Env& env, const Relay& relay) {
  const bool served = relay.live.value_or(env.relay_verify == config::RelayVerify::off);
  return served && relay.synced_revision && !relay.settle_at && is_what_zooid_took(env, relay);
}

SyncDecision plan_relay_sync(const Query& query, const config::Env& env, const Relay& relay,
                             Effort effort) {
  // Before the rules are asked: what zooid took once it is not asked to take again.
  if (effort == Effort::if_changed && is_unchanged(env, relay)) {
    return {SyncPlan::skip, "zooid last took exactly this"};
  }
  const Standing standing = query.standing_of(relay);
  if (const auto faults = validate(relay, standing); !faults.empty()) {
    const FieldFault& first = faults.front();
    return {SyncPlan::reject, fmt::format("{}: {}; {}", first.field, first.problem, first.remedy)};
  }
  if (relay.subdomain == env.reserved_subdomain) {
    return {SyncPlan::reject,
            fmt::format("subdomain: \"{}\" would give the relay the host of ZOOID_API_URL, where "
                        "zooid serves its API and never a relay; choose another subdomain",
                        relay.subdomain)};
  }
  if (standing == Standing::fresh) {
    return {SyncPlan::create, "zooid never took it"};
  }
  if (effort == Effort::recreate) {
    return {SyncPlan::update, "asked for; recreated if zooid has lost it"};
  }
  if (effort == Effort::forced) {
    return {SyncPlan::update, "asked for, changed or not"};
  }
  if (relay.settle_at) {
    return {SyncPlan::update, "the outcome of an earlier request is unknown"};
  }
  if (relay.live == false) {
    return {SyncPlan::update, "zooid was seen not to serve it"};
  }
  if (relay.synced_digest.empty()) {
    return {SyncPlan::update, "it is uncertain what zooid holds"};
  }
  if (!is_what_zooid_took(env, relay)) {
    return {SyncPlan::update, "it is not what zooid took last"};
  }
  return {SyncPlan::look, "zooid last took exactly this; checking whether it serves the relay"};
}

Effort effort_of(const outbox::Job& job) {
  if (job.recreate) {
    return Effort::recreate;
  }
  return job.forced ? Effort::forced : Effort::if_changed;
}

Milliseconds longest_doubt(const config::Env& env) {
  return 3 * env.zooid_api_timeout + env.relay_sync_settle;  // POST, then PATCH, then PUT
}

outbox::DestinationSign destination_sign(const Verdict& verdict) {
  using Kind = outbox::DestinationSign::Kind;
  if (verdict.outcome == Outcome::storage_fault) {
    return {Kind::storage, verdict.reason, verdict.retry_after};
  }
  if (verdict.outcome == Outcome::host_fault) {
    return {Kind::fault, verdict.reason, verdict.retry_after, verdict.timed_out};
  }
  return {verdict.from_zooid ? Kind::well : Kind::none, {}, verdict.retry_after};
}

class RelaySync::Execution final : public outbox::Execution {
 public:
  Execution(RelaySync& owner, Relay relay, SyncPlan plan, Effort effort)
      : owner_(owner), relay_(std::move(relay)), plan_(plan), effort_(effort) {}

  /// An execution whose result is known without asking zooid.
  Execution(RelaySync& owner, Relay relay, Verdict verdict)
      : owner_(owner),
        relay_(std::move(relay)),
        plan_(SyncPlan::skip),
        verdict_(std::move(verdict)) {}

  [[nodiscard]] bool asks_destination() const override { return plan_ != SyncPlan::skip; }
  [[nodiscard]] bool overwrites() const override { return may_overwrite_file(plan_, relay_); }

  asio::awaitable<void> run() override {
    if (asks_destination()) {
      begun_at_ = owner_.clock_.steady();
      if (relay_.settle_at) {
        earlier_doubt_ends_ = owner_.doubts_.end_of(relay_.id.text, *relay_.settle_at);
      }
      verdict_ = co_await try_sync_relay();
      doubt_until_ = remaining_doubt();
    } else {
      doubt_until_ = relay_.settle_at;
    }
  }

  [[nodiscard]] outbox::DestinationSign destination_sign() const override {
    return asks_destination() ? infra::destination_sign(verdict_) : outbox::DestinationSign();
  }

  outbox::Settlement settle(Circumstances circumstances) override {
    owner_.collided_.erase(relay_.id.text);
    if (verdict_.outcome == Outcome::host_taken) {
      owner_.collided_.insert(relay_.id.text);
    }
    const auto now = owner_.query_.get_relay(relay_.id);
    if (!now) {
      if (asks_destination() && verdict_.outcome == Outcome::done) {
        owner_.command_.complete_sync_of_gone_relay(relay_.id, completed());
      }
      return outbox::Complete{};  // the relay is gone: there is nothing to keep in step
    }
    // A program may have changed the row without an activity row: that supersedes as well.
    const bool newer = circumstances.superseded || now->revision != relay_.revision;
    if (verdict_.outcome == Outcome::done) {
      complete();
      return newer ? outbox::Settlement(outbox::Again{}) : settle_success();
    }
    if (!circumstances.counts || verdict_.outcome == Outcome::stopped) {
      owner_.command_.hold_relay_sync(relay_.id, doubt_until_, digest_after_failure());
      return outbox::Again{};
    }
    owner_.command_.fail_relay_sync(relay_,
                                    {.revision = relay_.revision,
                                     .error = verdict_.reason,
                                     .outcome = std::string(zooid::to_string(verdict_.outcome)),
                                     .superseded = newer,
                                     .settle_at = doubt_until_,
                                     .digest = digest_after_failure()});
    return newer ? outbox::Settlement(outbox::Again{}) : settle_failure();
  }

 private:
  asio::awaitable<Verdict> try_sync_relay() {
    Verdict verdict;
    if (plan_ == SyncPlan::create) {
      verdict = co_await create_or_carry_on();
    } else {
      verdict = co_await update_or_recreate();
    }
    explain(verdict);
    if (may_replace(verdict)) {
      verdict = co_await send_with_new_identity(http::Method::put);
      if (verdict.in_doubt && verdict.outcome != Outcome::storage_fault) {
        owner_.left_behind_.erase(relay_.id.text);  // the file may hold that identity now
      }
    }
    if (verdict.outcome == Outcome::done) {
      owner_.left_behind_.erase(relay_.id.text);
    }
    co_return verdict;
  }

  // A file that our own failed creation has left was never an identity of the relay. Any other
  // damaged file may hold one, because the answer to an earlier creation can have been lost.
  [[nodiscard]] bool may_replace(const Verdict& verdict) const {
    const bool ours = plan_ == SyncPlan::create && owner_.left_behind_.contains(relay_.id.text);
    return verdict.outcome == Outcome::torn &&
           (ours || (is_torn_for_sure(verdict) && effort_ == Effort::recreate));
  }

  asio::awaitable<Verdict> create_or_carry_on() {
    Verdict verdict = co_await create();
    if (verdict.outcome != Outcome::already_exists) {
      co_return verdict;
    }
    // The answer to an earlier POST was lost. The relay has its identity: carry on with it.
    verdict = co_await update();
    if (verdict.outcome == Outcome::not_found) {
      verdict.outcome = Outcome::transient;
      verdict.reason = "zooid says that the relay exists already, and then that it does not";
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> update_or_recreate() {
    Verdict verdict = co_await update();
    const bool may_recreate = effort_ == Effort::recreate ||
                              owner_.env_.relay_recreate == config::RelayRecreate::automatic;
    if (verdict.outcome == Outcome::not_found && may_recreate) {
      verdict = co_await create();
      if (verdict.outcome == Outcome::already_exists) {
        verdict.outcome = Outcome::transient;
      }
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> create() {
    Verdict verdict = co_await send_with_new_identity(http::Method::post);
    if (verdict.outcome == Outcome::storage_fault && verdict.in_doubt) {
      owner_.left_behind_.insert(relay_.id.text);
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> send_with_new_identity(http::Method method) {
    const nostr::SecretKey identity = nostr::SecretKey::generate(owner_.random_);
    std::string body = zooid::create_body(relay_, owner_.env_, identity);
    Secret hidden(identity.reveal_hex());
    Verdict verdict = co_await send(method, std::move(body), std::move(hidden));
    created_ = verdict.outcome == Outcome::done;
    co_return verdict;
  }

  asio::awaitable<Verdict> update() {
    std::string body = zooid::update_body(relay_, owner_.env_);
    co_return co_await send(http::Method::patch, std::move(body), Secret());
  }

  // What was refused, or never read, has changed nothing: zooid has what it took last, unless that
  // was in doubt, and this request was to make up for it.
  [[nodiscard]] std::string digest_after_failure() const {
    const bool untouched = !relay_.settle_at && effort_ == Effort::if_changed && !doubt_until_ &&
                           requests_ <= 1 && verdict_.outcome != Outcome::not_found &&
                           verdict_.outcome != Outcome::torn;
    return untouched ? relay_.synced_digest : std::string();
  }

  asio::awaitable<Verdict> send(http::Method method, std::string body, Secret hidden) {
    if (requests_ > 0 && !owner_.storage_error_.empty()) {
      // Another relay has met it since this attempt began.
      co_return Verdict{Outcome::storage_fault, owner_.storage_error_, false};
    }
    ++requests_;
    std::string path = zooid::relay_path(relay_.id);
    const http::Exchange exchange = co_await owner_.client_.request(
        method, std::move(path), std::move(body), std::move(hidden));
    Verdict verdict = zooid::judge(exchange, method, owner_.clock_.now());
    if (verdict.outcome == Outcome::storage_fault) {
      owner_.storage_error_ = verdict.reason;
    }
    co_return verdict;
  }

  // Only a definite answer to a request that was begun late enough ends an earlier doubt: until
  // then the earlier request may still arrive, and bring back what it said. Whether an earlier
  // creation has left a relay there, only success tells.
  [[nodiscard]] std::optional<TimePoint> remaining_doubt() {
    if (verdict_.in_doubt) {
      return owner_.doubts_.begin(relay_.id.text, owner_.env_.relay_sync_settle);
    }
    const bool may_exist = plan_ == SyncPlan::create && verdict_.outcome != Outcome::done;
    if (earlier_doubt_ends_ && (may_exist || begun_at_ < *earlier_doubt_ends_)) {
      return owner_.clock_.now() + (*earlier_doubt_ends_ - owner_.clock_.steady());
    }
    owner_.doubts_.forget(relay_.id.text);
    return std::nullopt;
  }

  void complete() { owner_.command_.complete_relay_sync(relay_, completed()); }

  [[nodiscard]] Command::CompletedSync completed() const {
    return {.revision = relay_.revision,
            .digest = zooid::body_digest(zooid::update_body(relay_, owner_.env_)),
            .created = created_,
            .skipped = plan_ == SyncPlan::skip,
            .settle_at = doubt_until_};
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
    switch (verdict_.outcome) {
      case Outcome::permanent:
      case Outcome::unsupported:
        return give_up(outbox::DeadLetterReason::rejected, verdict_.reason);
      case Outcome::not_found:
        return give_up(outbox::DeadLetterReason::lost, verdict_.reason);
      case Outcome::torn:
        if (is_torn_for_sure(verdict_)) {
          return give_up(outbox::DeadLetterReason::torn, verdict_.reason);
        }
        break;
      default:
        break;
    }
    if (is_hopeless_collision()) {
      return give_up(outbox::DeadLetterReason::rejected, verdict_.reason);
    }
    return owner_.retry_.decide(relay_, verdict_.reason, doubt_until_);
  }

  // zooid also answers so for a moment while somebody else writes the file: it must have been the
  // relay's last error, too.
  [[nodiscard]] bool is_torn_for_sure(const Verdict& verdict) const {
    return verdict.outcome == Outcome::torn && verdict.reason == relay_.sync_error;
  }

  // What a person can do, where the answer alone does not tell.
  void explain(Verdict& verdict) const {
    if (verdict.outcome == Outcome::not_found) {
      verdict.reason = fmt::format(
          "zooid no longer has this relay ({}); restore zooid's config directory, or "
          "run `tender reconcile {} --recreate` to recreate it with a new identity",
          verdict.reason, relay_.subdomain);
    } else if (verdict.outcome == Outcome::torn) {
      verdict.reason = fmt::format(
          "zooid's file of this relay, {}.toml, is damaged ({}); look into it first: if its line "
          "`secret = …` is whole, repair the file, else restore the file from a backup; then run "
          "`tender reconcile {}`. Without either, `tender reconcile {} --recreate` replaces it and "
          "gives the relay a new identity",
          relay_.id.text, verdict.reason, relay_.subdomain, relay_.subdomain);
    }
  }

  // No two rows want the same host. As long as other syncs are due, one of them may free it, unless
  // it waits in the same way.
  [[nodiscard]] bool is_hopeless_collision() const {
    return verdict_.outcome == Outcome::host_taken &&
           !owner_.outbox_.has_other(kRelaySync, owner_.collided_);
  }

  RelaySync& owner_;
  Relay relay_;
  SyncPlan plan_;
  Effort effort_ = Effort::if_changed;
  bool created_ = false;
  int requests_ = 0;
  Verdict verdict_;
  SteadyTime begun_at_{};
  std::optional<SteadyTime> earlier_doubt_ends_;
  std::optional<TimePoint> doubt_until_;
};

RelaySync::RelaySync(Database& database, Query query, Command command, const config::Env& env,
                     zooid::Client& client, RelaySyncRetry& retry, RelayCheck& check,
                     const Clock& clock, Random& random, Logger& logger)
    : query_(query),
      command_(command),
      env_(env),
      client_(client),
      retry_(retry),
      check_(check),
      clock_(clock),
      random_(random),
      logger_(logger),
      outbox_(database),
      doubts_(clock, longest_doubt(env)) {}

std::unique_ptr<outbox::Execution> RelaySync::begin(const outbox::Job& job, bool may_overwrite) {
  auto relay = query_.get_relay(RelayId{job.key});
  if (!relay) {
    Relay gone;
    gone.id.text = job.key;
    return std::make_unique<Execution>(*this, std::move(gone), Verdict{});
  }
  const SyncDecision decision = plan_relay_sync(query_, env_, *relay, effort_of(job));
  if (decision.plan == SyncPlan::reject) {
    Verdict invalid{Outcome::permanent, decision.why, false};
    return std::make_unique<Execution>(*this, std::move(*relay), std::move(invalid));
  }
  if (may_overwrite_file(decision.plan, *relay) && !may_overwrite) {
    return nullptr;
  }
  if (decision.plan == SyncPlan::look) {
    return check_.sync_by_look(*std::move(relay));
  }
  if (relay->livekit_enabled && !env_.livekit && !std::exchange(warned_of_livekit_, true)) {
    logger_.warn(
        "relay {} wants LiveKit: sending every relay with LiveKit off until LIVEKIT_URL, "
        "LIVEKIT_API_KEY and LIVEKIT_API_SECRET are set",
        relay->subdomain);
  }
  if (decision.plan != SyncPlan::skip) {
    command_.begin_relay_sync(relay->id, clock_.now() + longest_doubt(env_));
  }
  return std::make_unique<Execution>(*this, std::move(*relay), decision.plan, effort_of(job));
}

asio::awaitable<outbox::DestinationSign> RelaySync::probe(outbox::Probe what) {
  if (what == outbox::Probe::stores) {
    Verdict verdict = co_await zooid::try_scratch_relay(client_, env_, random_, clock_);
    if (verdict.outcome == Outcome::done) {
      storage_error_.clear();
    } else {
      verdict.from_zooid = false;  // an answer does not prove that it can store
    }
    co_return infra::destination_sign(verdict);
  }
  const http::Exchange exchange = co_await client_.probe();
  const Verdict verdict = zooid::judge(exchange, http::Method::get, clock_.now());
  co_return infra::destination_sign(verdict);
}

}  // namespace tender::infra
