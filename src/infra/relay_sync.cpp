#include "tender/infra/relay_sync.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "tender/zooid/outcome.hpp"
#include "tender/zooid/relay_config.hpp"

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
    case SyncPlan::skip:
      break;
  }
  return "skip";
}

SyncPlan plan_relay_sync(const Query& query, const config::Env& env, const Relay& relay,
                         bool forced) {
  if (!relay.synced && !query.has_completed_sync(relay.id)) {
    return SyncPlan::create;
  }
  if (!forced && zooid::body_digest(zooid::update_body(relay, env)) == relay.synced_digest) {
    return SyncPlan::skip;
  }
  return SyncPlan::update;
}

class RelaySync::Execution final : public outbox::Execution {
 public:
  Execution(RelaySync& owner, Relay relay, SyncPlan plan, bool recreate)
      : owner_(owner), relay_(std::move(relay)), plan_(plan), recreate_(recreate) {}

  /// An execution whose result is known without asking zooid.
  Execution(RelaySync& owner, Relay relay, Verdict verdict)
      : owner_(owner),
        relay_(std::move(relay)),
        plan_(SyncPlan::skip),
        verdict_(std::move(verdict)) {}

  asio::awaitable<void> run() override {
    if (plan_ != SyncPlan::skip) {
      verdict_ = co_await try_sync_relay();
    }
  }

  outbox::Settlement settle(bool superseded) override {
    const auto now = owner_.query_.get_relay(relay_.id);
    if (!now) {
      return outbox::Complete{};  // the relay is gone: there is nothing to keep in step
    }
    // A program may have changed the row without a word in the log: that supersedes as well.
    const bool newer = superseded || now->revision != relay_.revision;
    if (verdict_.outcome == Outcome::done) {
      complete();
      return newer ? outbox::Settlement(outbox::Again{}) : outbox::Complete{};
    }
    owner_.command_.fail_relay_sync(relay_,
                                    {.revision = relay_.revision,
                                     .error = verdict_.reason,
                                     .outcome = std::string(zooid::to_string(verdict_.outcome)),
                                     .superseded = newer});
    return newer ? outbox::Settlement(outbox::Again{}) : settle_failure();
  }

 private:
  asio::awaitable<Verdict> try_sync_relay() {
    if (plan_ == SyncPlan::create) {
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
    Verdict verdict = co_await update();
    const bool may_recreate =
        recreate_ || owner_.env_.relay_recreate == config::RelayRecreate::automatic;
    if (verdict.outcome == Outcome::not_found && may_recreate) {
      verdict = co_await create();
      if (verdict.outcome == Outcome::already_exists) {
        verdict.outcome = Outcome::transient;
      }
    }
    co_return verdict;
  }

  asio::awaitable<Verdict> create() {
    const nostr::SecretKey identity = nostr::SecretKey::generate(owner_.random_);
    std::string body = zooid::create_body(relay_, owner_.env_, identity);
    Secret hidden(identity.reveal_hex());
    Verdict verdict = co_await send(http::Method::post, std::move(body), std::move(hidden));
    created_ = verdict.outcome == Outcome::done;
    co_return verdict;
  }

  asio::awaitable<Verdict> update() {
    std::string body = zooid::update_body(relay_, owner_.env_);
    co_return co_await send(http::Method::patch, std::move(body), Secret());
  }

  asio::awaitable<Verdict> send(http::Method method, std::string body, Secret hidden) {
    std::string path = zooid::relay_path(relay_.id);
    const http::Exchange exchange = co_await owner_.client_.request(
        method, std::move(path), std::move(body), std::move(hidden));
    co_return zooid::judge(exchange, method);
  }

  void complete() {
    const std::string body = zooid::update_body(relay_, owner_.env_);
    owner_.command_.complete_relay_sync(relay_, {.revision = relay_.revision,
                                                 .digest = zooid::body_digest(body),
                                                 .created = created_,
                                                 .skipped = plan_ == SyncPlan::skip});
  }

  outbox::Settlement settle_failure() {
    const auto give_up = [&](outbox::DeadLetterReason reason, std::string error) {
      return outbox::GiveUp{
          .reason = reason,
          .attempt = std::max(1, owner_.query_.count_trailing_sync_failures(relay_.id)),
          .revision = relay_.revision,
          .error = std::move(error)};
    };
    if (verdict_.outcome == Outcome::permanent) {
      return give_up(outbox::DeadLetterReason::rejected, verdict_.reason);
    }
    if (verdict_.outcome == Outcome::not_found) {
      return give_up(
          outbox::DeadLetterReason::lost,
          fmt::format("zooid no longer has this relay ({}); restore zooid's config directory, or "
                      "run `tender reconcile {} --recreate` to make it anew with a new identity",
                      verdict_.reason, relay_.subdomain));
    }
    return owner_.retry_.decide(relay_, verdict_.reason);
  }

  RelaySync& owner_;
  Relay relay_;
  SyncPlan plan_;
  bool recreate_ = false;
  bool created_ = false;
  Verdict verdict_;
};

RelaySync::RelaySync(Query query, Command command, const config::Env& env, zooid::Client& client,
                     RelaySyncRetry& retry, Random& random, Logger& logger)
    : query_(query),
      command_(command),
      env_(env),
      client_(client),
      retry_(retry),
      random_(random),
      logger_(logger) {}

std::unique_ptr<outbox::Execution> RelaySync::begin(const outbox::Job& job) {
  auto relay = query_.get_relay(RelayId{job.key});
  if (!relay) {
    Relay gone;
    gone.id.text = job.key;
    return std::make_unique<Execution>(*this, std::move(gone), Verdict{});
  }
  if (const auto faults = validate(*relay); !faults.empty()) {
    Verdict invalid{Outcome::permanent,
                    fmt::format("{}: {}; {}", faults.front().field, faults.front().problem,
                                faults.front().remedy),
                    false};
    return std::make_unique<Execution>(*this, std::move(*relay), std::move(invalid));
  }
  if (relay->livekit_enabled && !env_.livekit && !std::exchange(warned_of_livekit_, true)) {
    logger_.warn(
        "relay {} wants livekit and LIVEKIT_* is not set: it is sent with livekit off, as are all "
        "others; set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET",
        relay->subdomain);
  }
  const SyncPlan next = plan_relay_sync(query_, env_, *relay, job.forced || job.recreate);
  if (next != SyncPlan::skip) {
    command_.begin_relay_sync(relay->id);
  }
  return std::make_unique<Execution>(*this, std::move(*relay), next, job.recreate);
}

}  // namespace tender::infra
