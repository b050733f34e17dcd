// A relay as people and programs are shown it, and how they name one. Its JSON is the model's,
// after with_reason(). Calls block as Database says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tender/model/relay.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/store/query.hpp"

namespace tender::view {

/// How far zooid is with a relay.
enum class SyncState : std::uint8_t {
  in_step,     // not seen yet
  live,        // in step, and seen to be served
  off,         // inactive, and seen not to be served
  unknown,     // in step, but it is too long ago that it was seen
  not_served,  // in step, and seen to be served otherwise, or not at all
  pending,     // not in step yet
  failing,     // not in step, and the last attempt failed
  deleted,     // in step, and its row is a tombstone
};

/// What was seen before `seen_since` is not known any more.
[[nodiscard]] SyncState sync_state(const Relay& relay, TimePoint seen_since);

/// "in step", "not served", …
[[nodiscard]] std::string_view to_string(SyncState state);

/// Two sweeps (RELAY_SWEEP) before `now`: each relay was to be seen since. Without a sweep what was
/// seen once stays so.
[[nodiscard]] TimePoint seen_since(TimePoint now, Milliseconds sweep);

/// The relay, with zooid's fault as its sync_error when it waits for nothing else.
[[nodiscard]] Relay with_reason(Relay relay, const outbox::DestinationState& destination);

/// The relay that `name` means, an id or a subdomain. Throws CommandError when one relay's id is
/// another's subdomain, which only other programs can write: then either could be meant.
[[nodiscard]] std::optional<Relay> find_relay(const store::Query& query, const std::string& name);

/// The same; throws NoSuchRelay when there is none.
[[nodiscard]] Relay require_relay(const store::Query& query, const std::string& name);

/// What people call the relay of that id: its subdomain, or the id when the relay is gone.
[[nodiscard]] std::string relay_name(const store::Query& query, const std::string& id);

}  // namespace tender::view
