// How often and how fast an event is delivered to one receiver, and when that is given up. A copy
// is kept with each delivery, so that an edit of the trigger does not change what is under way.
// Plain values.
//
//   DeliveryPolicy policy = default_policy(activity.activity_type);
//   apply(trigger.policy, policy);
//   row.policy = to_json(policy);
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/backoff.hpp"
#include "tender/model/relay.hpp"

namespace tender::hook {

struct DeliveryPolicy {
  Growth backoff = Growth::exponential;
  Milliseconds base = std::chrono::minutes(5);  // the first wait
  double factor = 2;                            // of exponential growth alone
  Milliseconds cap = std::chrono::hours(6);     // no wait is longer, but for the jitter
  int jitter_percent = 10;                      // each wait is that much shorter or longer at most
  int max_attempts = 8;                         // the first one included
  Milliseconds max_duration = std::chrono::days(2);  // from the event to the last attempt
  int rate = 0;  // deliveries that are started per second; 0: no limit

  /// The wait after the `failures`th failure (from 1) of a delivery whose event is `age` old, no
  /// shorter than the receiver asked for (DeliveryVerdict::retry_after); with nothing, it is given
  /// up: there were enough attempts, or the next would come too late.
  [[nodiscard]] std::optional<Milliseconds> next_delay(int failures, Milliseconds age,
                                                       Milliseconds retry_after,
                                                       Random& random) const;

  friend bool operator==(const DeliveryPolicy&, const DeliveryPolicy&) = default;
};

/// What a trigger asks for; the rest is as the type of the event has it.
struct DeliveryPolicyChange {
  std::optional<Growth> backoff;
  std::optional<Milliseconds> base;
  std::optional<double> factor;
  std::optional<Milliseconds> cap;
  std::optional<int> jitter_percent;
  std::optional<int> max_attempts;
  std::optional<Milliseconds> max_duration;
  std::optional<int> rate;

  friend bool operator==(const DeliveryPolicyChange&, const DeliveryPolicyChange&) = default;
};

/// By the type of the activity: creations and updates 10 attempts and factor 2, deletions 8 and
/// 1.5, what looks at relays have shown 5 and 1.5, everything else 8 and 2.
[[nodiscard]] DeliveryPolicy default_policy(std::string_view activity_type);

void apply(const DeliveryPolicyChange& change, DeliveryPolicy& policy);

/// All faults: a value out of its bounds, and a cap below the base if both are given.
[[nodiscard]] std::vector<FieldFault> validate(const DeliveryPolicyChange& change);

/// Durations in milliseconds, with `_ms` in the name. Of a change only what it has.
[[nodiscard]] nlohmann::ordered_json to_json(const DeliveryPolicy& policy);
[[nodiscard]] nlohmann::ordered_json to_json(const DeliveryPolicyChange& change);

/// What to_json() made; nothing for anything else, such as a member of another type or a value out
/// of bounds. Unknown members are left out: a newer version may have written them.
[[nodiscard]] std::optional<DeliveryPolicyChange> parse_policy_change(const nlohmann::json& json);

/// The same; what is absent is as in a default value.
[[nodiscard]] std::optional<DeliveryPolicy> parse_policy(const nlohmann::json& json);

}  // namespace tender::hook
