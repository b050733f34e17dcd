#include "tender/infra/relay_check.hpp"

#include <utility>

#include <fmt/format.h>

#include "tender/infra/relay_sync.hpp"
#include "tender/zooid/liveness.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using outbox::Job;
using outbox::JobKind;
using zooid::Liveness;

namespace {

constexpr int kPushes = 3;
constexpr std::chrono::seconds kSecondLook{10};   // what is wrong twice is pushed again
constexpr std::chrono::minutes kUnclearPause{1};  // doubling to kLongestWait
constexpr int kUnclearLooks = 4;                  // then nothing is known, and that is all right
static_assert(kUnclearPause * (1 << (kUnclearLooks - 2)) == RelayCheck::kLongestWait);

}  // namespace

class RelayCheck::Execution final : public outbox::Execution {
 public:
  /// With `due` false there is nothing to look at.
  Execution(RelayCheck& owner, Job job, Relay relay, bool due)
      : owner_(owner), job_(std::move(job)), relay_(std::move(relay)), due_(due) {}

  [[nodiscard]] bool asks_host() const override { return due_; }
  [[nodiscard]] bool overwrites() const override { return false; }

  asio::awaitable<void> run() override {
    if (due_) {
      http::Request request = zooid::nip11_request(relay_, owner_.env_);
      const http::Exchange exchange = co_await owner_.transport_.exchange(std::move(request));
      verdict_ = zooid::judge_liveness(exchange, relay_);
      if (owner_.env_.relay_verify == config::RelayVerify::direct &&
          std::holds_alternative<http::Failure>(exchange.result)) {
        sign_ = infra::host_sign(zooid::judge(exchange, http::Method::get, owner_.clock_.now()));
      }
    }
  }

  // Only a direct look that cannot reach the API's address tells of the host.
  [[nodiscard]] outbox::HostSign host_sign() const override { return sign_; }

  outbox::Settlement settle(Circumstances circumstances) override {
    const auto now = owner_.query_.get_relay(relay_.id);
    if (circumstances.superseded || !due_ || !now || !now->synced ||
        now->revision != relay_.revision || is_sync_due()) {
      return outbox::Complete{};  // the next sync has a check of its own
    }
    if (!circumstances.counts) {
      return outbox::Again{};
    }
    switch (verdict_.liveness) {
      case Liveness::as_described:
        owner_.command_.record_liveness(relay_.id, {.live = true, .pushes = 0});
        return outbox::Complete{};
      case Liveness::unclear:
        return settle_unclear();
      case Liveness::wrong:
        break;
    }
    if (job_.attempt == 0) {
      return look_again(kSecondLook);
    }
    return now->live_pushes < kPushes ? push_again(*now) : give_up(*now);
  }

 private:
  // Somebody has asked for one while we looked.
  [[nodiscard]] bool is_sync_due() const {
    const auto sync = owner_.outbox_.find(JobKind::relay_sync, relay_.id.text);
    return sync && sync->not_before <= owner_.clock_.now();
  }

  [[nodiscard]] outbox::Settlement look_again(Milliseconds pause) const {
    return outbox::Retry{.attempt = job_.attempt + 1,
                         .not_before = owner_.clock_.now() + pause,
                         .error = verdict_.reason};
  }

  outbox::Settlement settle_unclear() {
    if (job_.attempt + 1 < kUnclearLooks) {
      return look_again(kUnclearPause * (1 << job_.attempt));
    }
    owner_.logger_.warn(
        "relay {}: whether zooid serves it cannot be told: {}; check RELAY_VERIFY, or set it to "
        "off",
        relay_.subdomain, verdict_.reason);
    return outbox::Complete{};
  }

  outbox::Settlement push_again(const Relay& now) {
    owner_.logger_.warn("relay {}: zooid took it and does not serve it ({}): sent again, {} of {}",
                        now.subdomain, verdict_.reason, now.live_pushes + 1, kPushes);
    owner_.command_.record_liveness(now.id, {.live = false, .pushes = now.live_pushes + 1});
    Job push;
    push.key = now.id.text;
    push.priority = outbox::Priority::normal;
    owner_.outbox_.enqueue(push, owner_.clock_.now());
    return outbox::Complete{};
  }

  outbox::Settlement give_up(const Relay& now) {
    const std::string error = fmt::format(
        "zooid took the config but does not serve the relay: {}; see zooid's log, then `tender "
        "reconcile {} --force`",
        verdict_.reason, now.subdomain);
    owner_.command_.record_liveness(now.id, {.live = false, .pushes = 0});
    owner_.command_.fail_relay_sync(now, {.revision = now.revision,
                                          .error = error,
                                          .outcome = "not_served",
                                          .superseded = false,
                                          .settle_at = now.settle_at,
                                          .digest = now.synced_digest});
    owner_.outbox_.remove_all(JobKind::relay_sync, now.id.text);
    owner_.dead_letters_.add(JobKind::relay_sync, now.id.text, outbox::DeadLetterReason::not_served,
                             error, kPushes + 1, now.revision, owner_.clock_.now());
    return outbox::Complete{};
  }

  RelayCheck& owner_;
  Job job_;
  Relay relay_;
  bool due_;
  zooid::LivenessVerdict verdict_;
  outbox::HostSign sign_;
};

RelayCheck::RelayCheck(Database& database, Query query, Command command, const config::Env& env,
                       http::Transport& transport, const Clock& clock, Logger& logger)
    : query_(query),
      command_(command),
      env_(env),
      transport_(transport),
      clock_(clock),
      logger_(logger),
      outbox_(database),
      dead_letters_(database) {}

void RelayCheck::schedule(const Relay& relay) {
  if (env_.relay_verify == config::RelayVerify::off) {
    return;
  }
  Job job;
  job.kind = JobKind::relay_check;
  job.key = relay.id.text;
  job.priority = outbox::Priority::bulk;
  outbox_.enqueue(job, clock_.now() + kFirstLook);
}

std::unique_ptr<outbox::Execution> RelayCheck::begin(const Job& job) {
  const auto relay = query_.get_relay(RelayId{job.key});
  const bool due = relay && relay->synced;
  return std::make_unique<Execution>(*this, job, relay.value_or(Relay()), due);
}

}  // namespace tender::infra
