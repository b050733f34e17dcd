#include "tender/hook/delivery.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/hook/event.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/nostr/sha256.hpp"

namespace tender::hook {
namespace {

constexpr std::size_t kLongestId = 64;
constexpr std::size_t kLargestPayload = std::size_t{8} << 20;

bool is_id(const std::string& text) {
  return !text.empty() && text.size() <= kLongestId && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
  });
}

}  // namespace

std::string webhook_id(const Activity& activity, const Trigger& trigger) {
  // Another program may have written any id.
  const std::string event =
      is_id(activity.id) ? activity.id : nostr::to_hex(nostr::sha256(activity.id));
  return event + "_" + trigger.id;
}

Delivery make_delivery(const Activity& activity, const Trigger& trigger) {
  Delivery delivery{.trigger_id = trigger.id,
                    .trigger_name = trigger.name,
                    .url = trigger.url,
                    .seq = activity.seq,
                    .activity_type = activity.activity_type,
                    .event_at = activity.created_at,
                    .depth = activity.cause.depth,
                    .body = event_body(activity)};
  if (trigger.handles_dead_letters) {
    const auto detail = parse_json(activity.detail);
    delivery.handles_letter = detail ? json_integer(*detail, "dead_letter") : 0;
  }
  return delivery;
}

DeliveryPolicy policy_of(const Activity& activity, const Trigger& trigger) {
  DeliveryPolicy policy = default_policy(activity.activity_type);
  apply(trigger.policy, policy);
  if (trigger.handles_dead_letters) {
    policy.max_attempts = 1;
  }
  return policy;
}

std::string to_payload(const Delivery& delivery) {
  return ordered_json_line({{"trigger", delivery.trigger_id},
                            {"trigger_name", delivery.trigger_name},
                            {"url", delivery.url},
                            {"seq", delivery.seq},
                            {"activity_type", delivery.activity_type},
                            {"event_at", delivery.event_at.time_since_epoch().count()},
                            {"depth", delivery.depth},
                            {"handles_letter", delivery.handles_letter},
                            {"body", delivery.body}});
}

std::optional<Delivery> parse_delivery(const std::string& payload) {
  const auto json = parse_json(payload, kLargestPayload);
  if (!json || !json->is_object() || json_text(*json, "trigger").empty()) {
    return std::nullopt;
  }
  return Delivery{.trigger_id = json_text(*json, "trigger"),
                  .trigger_name = json_text(*json, "trigger_name"),
                  .url = json_text(*json, "url"),
                  .seq = json_integer(*json, "seq"),
                  .activity_type = json_text(*json, "activity_type"),
                  .event_at = TimePoint(Milliseconds(json_integer(*json, "event_at"))),
                  .depth = static_cast<int>(
                      std::clamp<std::int64_t>(json_integer(*json, "depth"), 0, 1'000'000)),
                  .body = json_text(*json, "body"),
                  .handles_letter = json_integer(*json, "handles_letter")};
}

}  // namespace tender::hook
