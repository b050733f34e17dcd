#include "tender/infra/hook_outbox.hpp"

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/log_messages.hpp"
#include "tender/hook/delivery.hpp"
#include "tender/infra/kinds.hpp"

namespace tender::infra {
namespace {

constexpr int kExpiredAtOnce = 64;

}  // namespace

HookOutbox::HookOutbox(store::Database& database, store::Query query,
                       const config::TriggerSettings& settings, const Clock& clock, Logger& logger,
                       const Metrics& metrics)
    : query_(query),
      settings_(settings),
      clock_(clock),
      logger_(logger),
      outbox_(database),
      letters_(database),
      triggers_(database),
      deliveries_(metrics.counter("tender_deliveries_total")) {}

std::vector<std::string> HookOutbox::fan_out(const Activity& activity) {
  std::vector<std::string> origins;
  for (const hook::Trigger& trigger : triggers_.wanting(activity.activity_type)) {
    if (is_filtered(trigger, activity)) {
      continue;
    }
    const std::string key = hook::webhook_id(activity, trigger);
    if (activity.cause.depth >= settings_.max_depth) {
      write_log(logger_, logs::kDeliveryTooDeep, "trigger", trigger.name, "webhook", key, "event",
                activity.activity_type, "depth", activity.cause.depth, "cause",
                activity.cause.webhook_id);
      deliveries_.add({"too_deep"});
      continue;
    }
    enqueue(key, hook::make_delivery(activity, trigger), hook::policy_of(activity, trigger),
            trigger);
    origins.push_back(trigger.origin);
  }
  return origins;
}

bool HookOutbox::is_filtered(const hook::Trigger& trigger, const Activity& activity) const {
  if (trigger.filter.empty()) {
    return false;
  }
  const bool of_relay = activity.resource_type == kRelayResource;
  const auto relay = of_relay ? query_.get_relay(RelayId{activity.resource_id}) : std::nullopt;
  const hook::EventSubject subject =
      relay ? hook::EventSubject{.relay_id = relay->id.text,
                                 .subdomain = relay->subdomain,
                                 .tenant = relay->tenant,
                                 .plan = relay->plan}
            : hook::EventSubject{.relay_id = of_relay ? activity.resource_id : std::string_view(),
                                 .tenant = activity.tenant};
  return !trigger.filter.matches(subject);
}

void HookOutbox::enqueue(const std::string& key, const hook::Delivery& delivery,
                         const hook::DeliveryPolicy& policy, const hook::Trigger& trigger) {
  outbox::Job job;
  job.kind = kHookDelivery;
  job.key = key;
  job.destination = trigger.origin;
  job.not_before = clock_.now();
  job.asked_seq = delivery.seq;
  job.payload = hook::to_payload(delivery);
  job.policy = ordered_json_line(hook::to_json(policy));
  job.expires_at = clock_.now() + policy.max_duration;
  outbox_.enqueue(job, clock_.now());
}

std::optional<std::string> HookOutbox::redrive(const Activity& activity) {
  const auto detail = parse_json(activity.detail);
  const auto letter = letters_.find(detail ? json_integer(*detail, "dead_letter") : 0);
  auto delivery = letter ? hook::parse_delivery(letter->payload) : std::nullopt;
  if (!letter || !delivery) {
    return std::nullopt;
  }
  const auto trigger = triggers_.find(delivery->trigger_id);
  if (!trigger) {
    return std::nullopt;
  }
  delivery->url = trigger->url;
  delivery->trigger_name = trigger->name;
  Activity event;
  event.activity_type = delivery->activity_type;
  enqueue(letter->key, *delivery, hook::policy_of(event, *trigger), *trigger);
  return trigger->origin;
}

bool HookOutbox::give_up_expired(const Busy& is_busy, const GivenUp& given_up) {
  const TimePoint now = clock_.now();
  const auto expired = outbox_.list_expired(kHookDelivery, now, kExpiredAtOnce);
  bool any = false;
  for (const outbox::Job& job : expired) {
    if (is_busy(job.key)) {
      continue;  // it is settled soon, one way or the other
    }
    any = true;
    const outbox::GiveUp why{.reason = outbox::DeadLetterReason::expired,
                             .attempt = std::max(1, job.attempt),
                             .error = job.last_error.empty()
                                          ? std::string("its receiver could not be reached in time")
                                          : job.last_error};
    outbox_.remove(job);
    given_up(job, why,
             letters_.add(job.kind, job.key, why.reason, why.error, why.attempt, why.revision, now,
                          job.payload));
  }
  return any && static_cast<int>(expired.size()) == kExpiredAtOnce;
}

}  // namespace tender::infra
