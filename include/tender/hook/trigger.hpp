// A trigger: who wants which events as webhooks. Plain values; TriggerTable has the rows.
#pragma once

#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"
#include "tender/hook/delivery_policy.hpp"
#include "tender/hook/event_pattern.hpp"
#include "tender/hook/trigger_filter.hpp"

namespace tender::hook {

struct Trigger {
  std::string id;
  std::string name;    // unique
  std::string url;     // may be a capability: shown to those who may change it, never logged
  std::string origin;  // scheme, host and port of the URL: the destination of its deliveries
  EventPatterns events;
  TriggerFilter filter;
  DeliveryPolicyChange policy;            // what differs from the defaults of the events' types
  std::string secret;                     // as in the row: encrypted, or `env:NAME`
  std::optional<std::string> old_secret;  // signs as well while receivers change to the new one
  bool handles_dead_letters = false;      // gets `add_dead_letter` alone, each once, without retry
  bool enabled = true;
  std::string disabled_reason;
  std::string registered_by;  // the principal who created it
  TimePoint created_at{};
  TimePoint updated_at{};
};

/// What a command sets; the rest stays, or is as in a new trigger.
struct TriggerChange {
  std::optional<std::string> name;
  std::optional<std::string> url;
  std::optional<std::string> events;
  std::optional<std::string> filter;
  DeliveryPolicyChange policy;
  // `generate`, `whsec_…`, `whsk_…` or `env:NAME`. The one before becomes the old secret.
  std::optional<std::string> secret;
  bool retire_old_secret = false;  // only the new one signs from now on
  std::optional<bool> handles_dead_letters;
};

/// Scheme, host and port, as the outbox names a destination: "https://hooks.example.com".
[[nodiscard]] std::string origin_of(const std::string& url);

/// As shown to those who may change triggers: snake_case, times as integer milliseconds UTC, and
/// no secret but the name in `env:NAME`.
[[nodiscard]] nlohmann::ordered_json to_json(const Trigger& trigger);

}  // namespace tender::hook
