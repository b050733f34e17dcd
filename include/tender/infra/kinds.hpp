// The kinds of work that tender does and the destinations that it goes to, as the tables name them.
// Infra registers them with the dispatcher.
#pragma once

#include <string_view>

#include "tender/model/relay.hpp"
#include "tender/outbox/job.hpp"

namespace tender::infra {

/// Bring zooid to what the relay row says: RelaySync.
inline constexpr std::string_view kRelaySync = "relay_sync";
/// Look whether zooid serves the relay: RelayCheck.
inline constexpr std::string_view kRelayCheck = "relay_check";

/// Send a webhook: HookDelivery.
inline constexpr std::string_view kHookDelivery = "hook_delivery";

/// The zooid at ZOOID_API_URL.
inline constexpr std::string_view kZooid = "zooid";

[[nodiscard]] inline bool is_zooid(std::string_view destination) {
  return destination == kZooid;
}

/// Whether it is the origin of a receiver of webhooks.
[[nodiscard]] inline bool is_receiver(std::string_view destination) {
  return destination.starts_with("https://") || destination.starts_with("http://");
}

/// Whether this version of tender does work of that kind towards that destination.
[[nodiscard]] inline bool is_known(std::string_view kind, std::string_view destination) {
  return kind == kHookDelivery
             ? is_receiver(destination)
             : (kind == kRelaySync || kind == kRelayCheck) && is_zooid(destination);
}

/// Work of that kind on that relay, towards zooid.
[[nodiscard]] inline outbox::Job relay_job(std::string_view kind, const RelayId& id) {
  outbox::Job job;
  job.kind = kind;
  job.key = id.text;
  job.destination = kZooid;
  return job;
}

}  // namespace tender::infra
