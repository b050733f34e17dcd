#include "tender/infra/relay_check.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "tender/infra/kinds.hpp"

#include "look.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using outbox::Job;
using std::chrono::seconds;
using zooid::Liveness;

namespace {

constexpr int kPushes = 3;

// After each look that was wrong. zooid reloads one relay after the other: with thousands of them,
// or while it starts, minutes pass.
constexpr std::array<seconds, 6> kPauses{seconds(10),  seconds(30),  seconds(60),
                                         seconds(120), seconds(240), seconds(240)};
constexpr int kLooksBeforePush = 4;  // and one more before each further push, and before giving up
static_assert(kPauses.size() + 1 == kLooksBeforePush + kPushes);
constexpr std::chrono::minutes kTurnPause{1};  // while others are still being reloaded

constexpr std::chrono::minutes kUnclearPause{1};  // doubling to kLongestWait
constexpr int kUnclearLooks = 8;                  // then nothing is known, and that is all right

}  // namespace

class RelayCheck::Execution final : public Look {
 public:
  /// With `due` false there is nothing to look at.
  Execution(RelayCheck& owner, Job job, Relay relay, bool due)
      : Look(owner.transport_, owner.env_, owner.clock_, std::move(relay)),
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
    const auto now = owner_.query_.get_relay(relay().id);
    if (circumstances.superseded || !due_ || !now || !now->synced ||
        now->revision != relay().revision || is_sync_due()) {
      return outbox::Complete{};  // the next sync has a check of its own
    }
    if (!circumstances.counts) {
      return outbox::StayDue{};
    }
    switch (verdict().liveness) {
      case Liveness::as_described:
        return settle_live();
      case Liveness::unclear:
        return settle_unclear();
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

  outbox::Settlement settle_live() {
    if (job_.attempt > 0) {
      owner_.progress_.came(job_.asked_seq, owner_.clock_.now());
    }
    owner_.command_.record_liveness(relay().id, {.live = true, .pushes = 0});
    return outbox::Complete{};
  }

  outbox::Settlement settle_unclear() {
    if (job_.attempt + 1 < kUnclearLooks) {
      const Milliseconds pause = kUnclearPause * (1 << job_.attempt);
      return look_again(job_.attempt + 1, std::min<Milliseconds>(pause, kLongestWait));
    }
    owner_.logger_.warn(
        "relay {}: tender cannot tell whether zooid serves it: {}; check RELAY_VERIFY, or set it "
        "to "
        "off",
        relay().subdomain, verdict().reason);
    return outbox::Complete{};
  }

  // Only looks that were made count, however long ago the sync was: our own queue may be long.
  outbox::Settlement settle_wrong(const Relay& now) {
    const int pushes = std::min(now.live_pushes, kPushes);  // whatever the row says
    if (job_.attempt + 1 < kLooksBeforePush + pushes) {
      return look_again(job_.attempt + 1, kPauses.at(static_cast<std::size_t>(job_.attempt)));
    }
    if (owner_.progress_.may_come(job_.asked_seq, owner_.clock_.now())) {
      return look_again(job_.attempt, kTurnPause);
    }
    return pushes < kPushes ? push_again(now) : give_up(now);
  }

  outbox::Settlement push_again(const Relay& now) {
    owner_.logger_.warn(
        "relay {}: zooid took it but does not serve it ({}); sending it again, {} of {}",
        now.subdomain, verdict().reason, now.live_pushes + 1, kPushes);
    owner_.command_.record_liveness(now.id, {.live = false, .pushes = now.live_pushes + 1});
    Job push = relay_job(kRelaySync, now.id);
    push.priority = outbox::Priority::normal;
    owner_.outbox_.enqueue(push, owner_.clock_.now());
    return outbox::Complete{};
  }

  outbox::Settlement give_up(const Relay& now) {
    const std::string error = fmt::format(
        "zooid took the config but does not serve the relay: {}; see zooid's log, then `tender "
        "reconcile {} --force`",
        verdict().reason, now.subdomain);
    owner_.command_.record_liveness(now.id, {.live = false, .pushes = 0});
    owner_.command_.fail_relay_sync(now, {.revision = now.revision,
                                          .error = error,
                                          .outcome = "not_served",
                                          .superseded = false,
                                          .doubt_until = now.doubt_until,
                                          .digest = now.synced_digest});
    return outbox::GiveUp{.kind = kRelaySync,
                          .reason = outbox::DeadLetterReason::not_served,
                          .attempt = kPushes + 1,
                          .revision = now.revision,
                          .error = error};
  }

  RelayCheck& owner_;
  Job job_;
  bool due_;
};

RelayCheck::RelayCheck(store::Database& database, store::Query query, store::Command command,
                       const config::Env& env, http::Transport& transport, const Clock& clock,
                       Logger& logger)
    : query_(query),
      command_(command),
      env_(env),
      transport_(transport),
      clock_(clock),
      logger_(logger),
      outbox_(database),
      progress_(clock.now()) {}

void RelayCheck::schedule(const Relay& relay, std::int64_t taken_at_seq) {
  if (env_.relay_verify != config::RelayVerify::off) {
    outbox_.enqueue(first_look(relay, taken_at_seq), clock_.now() + kFirstLook);
  }
}

void RelayCheck::ensure(const Relay& relay) {
  if (env_.relay_verify != config::RelayVerify::off && relay.live != true) {
    Job job = first_look(relay, /*taken_at_seq=*/0);
    job.not_before = clock_.now() + kFirstLook;
    outbox_.schedule(job);
  }
}

Job RelayCheck::first_look(const Relay& relay, std::int64_t taken_at_seq) {
  Job job = relay_job(kRelayCheck, relay.id);
  job.priority = outbox::Priority::bulk;
  job.asked_seq = taken_at_seq;
  return job;
}

std::unique_ptr<outbox::Execution> RelayCheck::begin(const Job& job, bool /*may_overwrite*/) {
  const auto relay = query_.get_relay(RelayId{job.key});
  const bool due = relay && relay->synced;
  return std::make_unique<Execution>(*this, job, relay.value_or(Relay()), due);
}

}  // namespace tender::infra
