// One webhook on its way: what the row of the outbox holds beside its key. A plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tender/base/clock.hpp"
#include "tender/hook/delivery_policy.hpp"
#include "tender/hook/trigger.hpp"
#include "tender/model/activity.hpp"

namespace tender::hook {

struct Delivery {
  std::string trigger_id;
  std::string trigger_name;  // for people
  std::string url;           // of the trigger, when the event came
  std::int64_t seq = 0;      // of the activity that it tells
  std::string activity_type;
  TimePoint event_at{};
  int depth = 0;     // of the activity
  std::string body;  // event_body()
  // The dead letter that a handler is told of: once, without retry. 0: it is no such delivery.
  std::int64_t handles_letter = 0;
};

/// The `webhook-id`: the same in every attempt, another one for every trigger and event. It is the
/// key of the row, too.
[[nodiscard]] std::string webhook_id(const Activity& activity, const Trigger& trigger);

/// What `trigger` is to be told of the activity.
[[nodiscard]] Delivery make_delivery(const Activity& activity, const Trigger& trigger);

/// The policy of the type of the event, with what the trigger changes of it.
[[nodiscard]] DeliveryPolicy policy_of(const Activity& activity, const Trigger& trigger);

/// As the payload of a row. parse_delivery() reads it, and returns nothing for anything else.
[[nodiscard]] std::string to_payload(const Delivery& delivery);
[[nodiscard]] std::optional<Delivery> parse_delivery(const std::string& payload);

}  // namespace tender::hook
