#include "tender/infra/hook_delivery.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log_messages.hpp"
#include "tender/hook/answer.hpp"
#include "tender/hook/signature.hpp"
#include "tender/hook/stored_secret.hpp"
#include "tender/hook/trigger_command.hpp"
#include "tender/infra/receivers.hpp"

namespace tender::infra {

namespace asio = boost::asio;
using hook::DeliveryResult;
using outbox::Job;

namespace {

constexpr int kPrunedAtOnce = 16;  // more than one delivery adds

// Another program may have written the row.
bool can_be_sent(const std::string& key, const std::string& url) {
  const bool is_id = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
  });
  try {
    static_cast<void>(http::Url::parse(url));
  } catch (const std::invalid_argument&) {
    return false;
  }
  return is_id;
}

}  // namespace

// Nothing is sent: its trigger is gone or disabled, or the row cannot be read.
class HookDelivery::Ended final : public outbox::Execution {
 public:
  Ended(HookDelivery& owner, Job job, hook::Delivery delivery, outbox::DeadLetterReason reason,
        std::string why)
      : owner_(owner),
        job_(std::move(job)),
        delivery_(std::move(delivery)),
        reason_(reason),
        why_(std::move(why)) {}
  /// Its trigger was deleted.
  Ended(HookDelivery& owner, Job job, hook::Delivery delivery)
      : owner_(owner), job_(std::move(job)), delivery_(std::move(delivery)) {}

  [[nodiscard]] bool asks_destination() const override { return false; }
  [[nodiscard]] bool overwrites() const override { return false; }
  asio::awaitable<void> run() override { co_return; }
  [[nodiscard]] outbox::DestinationSign destination_sign() const override { return {}; }

  outbox::Settlement settle(Circumstances circumstances) override {
    if (reason_ && delivery_.handles_letter == 0) {
      return outbox::GiveUp{
          .reason = *reason_, .attempt = std::max(1, job_.attempt), .error = why_};
    }
    if (!circumstances.superseded) {
      write_log(owner_.runtime_.logger, logs::kDeliveryDropped, "trigger", delivery_.trigger_name,
                "webhook", job_.key, "event", delivery_.activity_type);
      owner_.end(job_, delivery_, "dropped", reason_ ? why_ : "the trigger was deleted");
    }
    return outbox::Complete{};
  }

 private:
  HookDelivery& owner_;
  Job job_;
  hook::Delivery delivery_;
  std::optional<outbox::DeadLetterReason> reason_;  // nothing: it is dropped
  std::string why_;
};

class HookDelivery::Execution final : public outbox::Execution {
 public:
  Execution(HookDelivery& owner, Job job, hook::Delivery delivery,
            std::vector<hook::SigningKey> keys, std::string no_keys)
      : owner_(owner),
        job_(std::move(job)),
        delivery_(std::move(delivery)),
        keys_(std::move(keys)) {
    verdict_ = {.result = DeliveryResult::failed, .reason = std::move(no_keys)};
  }

  [[nodiscard]] bool asks_destination() const override { return !keys_.empty(); }
  [[nodiscard]] bool overwrites() const override { return false; }

  asio::awaitable<void> run() override {
    if (keys_.empty()) {
      co_return;
    }
    http::Request request = make_request();
    const http::Exchange exchange = co_await owner_.runtime_.transport.exchange(std::move(request));
    verdict_ = hook::judge(exchange, owner_.runtime_.clock.now());
  }

  [[nodiscard]] outbox::DestinationSign destination_sign() const override {
    using Kind = outbox::DestinationSign::Kind;
    outbox::DestinationSign sign;
    if (verdict_.sign != hook::ReceiverSign::none) {
      sign.kind = verdict_.sign == hook::ReceiverSign::well ? Kind::well : Kind::fault;
    }
    sign.reason = verdict_.reason;
    sign.pause = verdict_.retry_after;
    sign.timed_out = verdict_.timed_out;
    return sign;
  }

  outbox::Settlement settle(Circumstances circumstances) override {
    switch (verdict_.result) {
      case DeliveryResult::delivered:
        return settle_delivered();
      case DeliveryResult::stopped:
        return outbox::StayDue{};
      case DeliveryResult::gone:
        owner_.disable(delivery_);
        break;
      case DeliveryResult::failed:
        break;
    }
    if (delivery_.handles_letter != 0) {
      return settle_handler();
    }
    if (circumstances.superseded ||
        (!circumstances.counts && verdict_.result == DeliveryResult::failed)) {
      return outbox::StayDue{};
    }
    return settle_failed();
  }

 private:
  [[nodiscard]] http::Request make_request() const {
    http::Request request(http::Method::post, http::Url::parse(delivery_.url));
    request.headers =
        hook::signature_headers(job_.key, owner_.runtime_.clock.now(), delivery_.body, keys_);
    request.headers.push_back(http::Header{.name = "Content-Type", .value = "application/json"});
    request.headers.push_back(
        http::Header{.name = "User-Agent", .value = "tender/" TENDER_VERSION});
    request.body = delivery_.body;
    request.timeout = Receivers::kTimeout;
    return request;
  }

  outbox::Settlement settle_delivered() {
    const Milliseconds age = owner_.runtime_.clock.now() - delivery_.event_at;
    write_log(owner_.runtime_.logger, logs::kDelivered, "trigger", delivery_.trigger_name,
              "webhook", job_.key, "event", delivery_.activity_type, "attempt", job_.attempt + 1,
              "age", age);
    owner_.ages_.observe(age);
    owner_.end(job_, delivery_, "delivered", "");
    return outbox::Complete{};
  }

  // Told once: neither retried, nor a dead letter of its own.
  outbox::Settlement settle_handler() {
    owner_.letters_.note_handler_failed(
        delivery_.handles_letter, fmt::format("{}: {}", delivery_.trigger_name, verdict_.reason));
    write_log(owner_.runtime_.logger, logs::kLetterNotTold, "trigger", delivery_.trigger_name,
              "dead_letter", delivery_.handles_letter, "cause", verdict_.reason);
    owner_.end(job_, delivery_, "handler_failed", verdict_.reason);
    return outbox::Complete{};
  }

  outbox::Settlement settle_failed() {
    const int failures = job_.attempt + 1;
    const TimePoint now = owner_.runtime_.clock.now();
    const auto json = parse_json(job_.policy);
    const hook::DeliveryPolicy policy =
        (json ? hook::parse_policy(*json) : std::nullopt).value_or(hook::DeliveryPolicy());
    const TimePoint expires = job_.expires_at.value_or(delivery_.event_at + policy.max_duration);
    const Milliseconds age = policy.max_duration - (expires - now);
    const bool gone = verdict_.result == DeliveryResult::gone;
    const auto delay = gone ? std::nullopt
                            : policy.next_delay(failures, std::max(age, Milliseconds::zero()),
                                                verdict_.retry_after, owner_.runtime_.random);
    if (!delay) {
      return outbox::GiveUp{
          .reason = gone ? outbox::DeadLetterReason::gone : outbox::DeadLetterReason::exhausted,
          .attempt = failures,
          .error = verdict_.reason};
    }
    owner_.deliveries_.add({"failed"});
    write_log(owner_.runtime_.logger, logs::kDeliveryFailed, "trigger", delivery_.trigger_name,
              "webhook", job_.key, "event", delivery_.activity_type, "attempt", failures, "of",
              policy.max_attempts, "next", *delay, "cause", verdict_.reason);
    return outbox::Retry{.attempt = failures, .not_before = now + *delay, .error = verdict_.reason};
  }

  HookDelivery& owner_;
  Job job_;
  hook::Delivery delivery_;
  std::vector<hook::SigningKey> keys_;  // none: the verdict says why
  hook::DeliveryVerdict verdict_;
};

HookDelivery::HookDelivery(const config::TriggerSettings& settings, store::Command command,
                           Runtime runtime)
    : settings_(settings),
      command_(std::move(command)),
      runtime_(std::move(runtime)),
      box_(hook::SecretBox::of_setting(settings.key)),
      triggers_(runtime_.database),
      ended_(runtime_.database),
      letters_(runtime_.database),
      deliveries_(runtime_.metrics.counter("tender_deliveries_total")),
      ages_(runtime_.metrics.histogram("tender_delivery_age_seconds")) {}

std::unique_ptr<outbox::Execution> HookDelivery::begin(const Job& job, bool /*may_overwrite*/) {
  auto delivery = hook::parse_delivery(job.payload);
  if (!delivery) {
    return std::make_unique<Ended>(*this, job, hook::Delivery(), outbox::DeadLetterReason::rejected,
                                   "the row of the outbox cannot be read");
  }
  const auto trigger = triggers_.find(delivery->trigger_id);
  if (!trigger) {
    return std::make_unique<Ended>(*this, job, *std::move(delivery));
  }
  if (!can_be_sent(job.key, delivery->url)) {
    return std::make_unique<Ended>(*this, job, *std::move(delivery),
                                   outbox::DeadLetterReason::rejected,
                                   "the row of the outbox has no usable key or URL");
  }
  if (!trigger->enabled) {
    return std::make_unique<Ended>(
        *this, job, *std::move(delivery), outbox::DeadLetterReason::disabled,
        fmt::format("the trigger is disabled: {}", trigger->disabled_reason.empty()
                                                       ? "no reason was given"
                                                       : trigger->disabled_reason));
  }
  std::vector<hook::SigningKey> keys;
  std::string no_keys;
  try {
    keys = keys_of(*trigger);
  } catch (const Error& error) {
    no_keys = fmt::format("{}; {}", error.what(), error.remedy());
  }
  return std::make_unique<Execution>(*this, job, *std::move(delivery), std::move(keys),
                                     std::move(no_keys));
}

std::vector<hook::SigningKey> HookDelivery::keys_of(const hook::Trigger& trigger) const {
  const hook::SecretBox* box = box_ ? &*box_ : nullptr;
  std::vector<hook::SigningKey> keys;
  const auto add = [&](const std::string& stored) {
    keys.push_back(hook::SigningKey::parse(
        hook::reveal_stored(stored, trigger.id, box, settings_.environment)));
  };
  add(trigger.secret);
  if (trigger.old_secret) {
    add(*trigger.old_secret);
  }
  return keys;
}

void HookDelivery::end(const Job& job, const hook::Delivery& delivery, std::string_view result,
                       const std::string& note) {
  const TimePoint now = runtime_.clock.now();
  ended_.add({.webhook_id = job.key,
              .trigger_id = delivery.trigger_id,
              .seq = delivery.seq,
              .activity_type = delivery.activity_type,
              .depth = delivery.depth,
              .attempts = job.attempt + 1,
              .result = std::string(result),
              .note = note,
              .finished_at = now});
  ended_.prune(now - settings_.delivery_ttl, kPrunedAtOnce);
  deliveries_.add({result});
}

// The receiver has asked for that, so nobody is recorded as its cause but the webhook.
void HookDelivery::disable(const hook::Delivery& delivery) {
  const auto trigger = triggers_.find(delivery.trigger_id);
  if (!trigger || !trigger->enabled) {
    return;
  }
  hook::TriggerCommand({.database = runtime_.database,
                        .command = command_,
                        .clock = runtime_.clock,
                        .random = runtime_.random,
                        .box = nullptr,
                        .rules = {},
                        .principal = {}})
      .disable(trigger->id, "its receiver answered 410 Gone");
  write_log(runtime_.logger, logs::kTriggerGone, "trigger", trigger->name);
}

}  // namespace tender::infra
