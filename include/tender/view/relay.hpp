// A relay as people and programs are shown it, and how they name one. Calls block as Database says.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tender/model/relay.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/store/query.hpp"

namespace tender::view {

/// How far zooid is with a relay.
enum class SyncState : std::uint8_t {
  in_step,     // not seen yet
  live,        // in step, and seen to be served
  off,         // in step and not active, and not seen to be served
  unknown,     // in step, but it is too long ago that it was seen
  not_served,  // in step, and seen to be served otherwise, or not at all
  pending,     // not in step yet
  failing,     // not in step, and the last attempt failed: a retry follows
  held,        // not in step, and given up: it waits for a person, or for a newer command
  deleted,     // in step, and its row is a tombstone
};

/// What was seen before `seen_since` is not known any more. `held`: is_held().
[[nodiscard]] SyncState sync_state(const Relay& relay, bool held, TimePoint seen_since);

/// Whether tender gave up on the relay as it is now, and nobody has asked for it since. Its
/// dead letter is open, or was discarded.
[[nodiscard]] bool is_held(store::Database& database, const Relay& relay);

/// How many are.
[[nodiscard]] std::int64_t count_held(store::Database& database);

/// All of them.
[[nodiscard]] std::span<const SyncState> sync_states();

/// "in step", "not served", … for people.
[[nodiscard]] std::string_view to_string(SyncState state);
/// "in_step", "not_served", … for programs.
[[nodiscard]] std::string to_json_name(SyncState state);
/// The state of that name for programs.
[[nodiscard]] std::optional<SyncState> parse_sync_state(std::string_view name);

/// The filter of those that may be in that state, as far as their columns tell: sync_state() says
/// the rest when they are read.
[[nodiscard]] store::RelayFilter narrowed(store::RelayFilter filter, SyncState state);

/// Two sweeps (RELAY_SWEEP) before `now`: each relay was to be seen since. Without a sweep what was
/// seen once stays so.
[[nodiscard]] TimePoint seen_since(TimePoint now, Milliseconds sweep);

/// The relay, with zooid's fault as its sync_error when it waits for nothing else.
[[nodiscard]] Relay with_reason(Relay relay, const outbox::DestinationState& destination);

/// How relays are shown at one moment: what was seen before `seen_since` is not known any more.
/// `domain` is RELAY_DOMAIN, if it is known here. Borrows the database.
class RelayView {
 public:
  RelayView(store::Database& database, TimePoint seen_since, std::optional<std::string> domain);

  [[nodiscard]] SyncState state(const Relay& relay) const;

  /// Where the relay's users find it. Nothing without a domain.
  [[nodiscard]] std::optional<std::string> host(const Relay& relay) const;
  [[nodiscard]] std::optional<std::string> url(const Relay& relay) const;  // wss://

  /// The model's JSON, with_reason(), and with all of these.
  [[nodiscard]] nlohmann::ordered_json to_json(Relay relay) const;

 private:
  store::Database& database_;
  TimePoint seen_since_;
  std::optional<std::string> domain_;
  outbox::DestinationState destination_;
};

/// The relay that `name` means, an id or a subdomain. Throws CommandError when one relay's id is
/// another's subdomain, which only other programs can write: then either could be meant.
[[nodiscard]] std::optional<Relay> find_relay(const store::Query& query, const std::string& name);

/// The same; throws NoSuchRelay when there is none.
[[nodiscard]] Relay require_relay(const store::Query& query, const std::string& name);

/// Throws CommandError for a subdomain whose host is that of ZOOID_API_URL. `reserved`: as
/// config::StoreEnv has it.
void refuse_reserved_subdomain(const RelayChange& change, const std::set<std::string>& reserved);

/// What people call the relay of that id: its subdomain, or the id when the relay is gone.
[[nodiscard]] std::string relay_name(const store::Query& query, const std::string& id);

}  // namespace tender::view
