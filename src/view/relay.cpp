#include "tender/view/relay.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/command.hpp"
#include "tender/store/database.hpp"

namespace tender::view {
namespace {

constexpr std::array<std::string_view, 9> kSyncStates{
    "in step", "live", "off", "unknown", "not served", "pending", "failing", "held", "deleted"};

constexpr std::array kStates{SyncState::in_step, SyncState::live,       SyncState::off,
                             SyncState::unknown, SyncState::not_served, SyncState::pending,
                             SyncState::failing, SyncState::held,       SyncState::deleted};

}  // namespace

SyncState sync_state(const Relay& relay, bool held, TimePoint seen_since) {
  if (held) {
    return SyncState::held;
  }
  if (!relay.synced) {
    return relay.sync_error.empty() ? SyncState::pending : SyncState::failing;
  }
  if (relay.status == RelayStatus::deleted) {
    return SyncState::deleted;
  }
  if (relay.live == false) {
    return SyncState::not_served;
  }
  if (relay.status != RelayStatus::active) {
    return SyncState::off;
  }
  if (!relay.live) {
    return SyncState::in_step;
  }
  return relay.seen_at && *relay.seen_at < seen_since ? SyncState::unknown : SyncState::live;
}

// As Infra::lacks_work has it.
bool is_held(store::Database& database, const Relay& relay) {
  return !relay.synced && !relay.sync_error.empty() &&
         outbox::DeadLetters(database).holds(infra::kRelaySync, relay.id.text, relay.revision) &&
         !outbox::Outbox(database).find(infra::kRelaySync, relay.id.text);
}

// One statement over tables of three owners: with 100,000 relays that fail, to ask is_held() of
// each takes a second, in which nothing else runs.
std::int64_t count_held(store::Database& database) {
  store::Statement row = database.prepare(
      "SELECT count(*) FROM relay WHERE synced = 0 AND sync_error <> '' "
      "AND NOT EXISTS (SELECT 1 FROM outbox WHERE kind = ?1 AND key = relay.id) "
      "AND (SELECT revision = relay.revision AND (resolution IS NULL OR resolution = 'discarded') "
      "FROM dead_letter WHERE kind = ?1 AND key = relay.id ORDER BY id DESC LIMIT 1)",
      infra::kRelaySync);
  row.step();
  return row.integer(0);
}

TimePoint seen_since(TimePoint now, Milliseconds sweep) {
  return sweep == Milliseconds::zero() ? TimePoint::min() : now - 2 * sweep;
}

std::string_view to_string(SyncState state) {
  return kSyncStates.at(static_cast<std::size_t>(state));
}

std::span<const SyncState> sync_states() {
  return kStates;
}

std::string to_json_name(SyncState state) {
  std::string name(to_string(state));
  std::ranges::replace(name, ' ', '_');
  return name;
}

std::optional<SyncState> parse_sync_state(std::string_view name) {
  const auto* const found = std::ranges::find(kStates, name, to_json_name);
  return found == kStates.end() ? std::nullopt : std::optional(*found);
}

store::RelayFilter narrowed(store::RelayFilter filter, SyncState state) {
  if (state == SyncState::deleted && filter.status.empty()) {
    filter.status = to_string(RelayStatus::deleted);
  }
  filter.synced =
      state != SyncState::pending && state != SyncState::failing && state != SyncState::held;
  return filter;
}

Relay with_reason(Relay relay, const outbox::DestinationState& destination) {
  if (!relay.synced && relay.sync_error.empty()) {
    relay.sync_error = destination.reason;
  }
  return relay;
}

RelayView::RelayView(store::Database& database, TimePoint seen_since,
                     std::optional<std::string> domain)
    : database_(database),
      seen_since_(seen_since),
      domain_(std::move(domain)),
      destination_(outbox::read_destination_state(database, infra::kZooid)) {}

SyncState RelayView::state(const Relay& relay) const {
  return sync_state(relay, is_held(database_, relay), seen_since_);
}

std::optional<std::string> RelayView::host(const Relay& relay) const {
  return domain_ ? std::optional(fmt::format("{}.{}", relay.subdomain, *domain_)) : std::nullopt;
}

std::optional<std::string> RelayView::url(const Relay& relay) const {
  const auto at = host(relay);
  return at ? std::optional("wss://" + *at) : std::nullopt;
}

nlohmann::ordered_json RelayView::to_json(Relay relay) const {
  const std::string now = to_json_name(state(relay));
  const auto at = host(relay);
  const auto address = url(relay);
  const std::string taken = relay.taken_subdomain;
  auto json = tender::to_json(with_reason(std::move(relay), destination_));
  json["state"] = now;
  json["host"] = at ? nlohmann::ordered_json(*at) : nullptr;
  json["url"] = address ? nlohmann::ordered_json(*address) : nullptr;
  json["host_in_zooid"] = nullptr;
  if (domain_ && !taken.empty()) {
    json["host_in_zooid"] = fmt::format("{}.{}", taken, *domain_);
  }
  return json;
}

std::optional<Relay> find_relay(const store::Query& query, const std::string& name) {
  auto relay = query.find_relay(name);
  if (relay && relay->id.text == name && relay->subdomain != name) {
    if (const auto namesake = query.get_relay_of_subdomain(name)) {
      throw store::CommandError(
          fmt::format("\"{}\" is the id of relay {} and the subdomain of relay {}", name,
                      relay->subdomain, namesake->id.text),
          fmt::format("write {} for the first (its subdomain), or {} for the second (its id)",
                      relay->subdomain, namesake->id.text));
    }
  }
  return relay;
}

Relay require_relay(const store::Query& query, const std::string& name) {
  auto relay = find_relay(query, name);
  if (!relay) {
    throw store::NoSuchRelay(name);
  }
  return std::move(*relay);
}

void refuse_reserved_subdomain(const RelayChange& change, const std::set<std::string>& reserved) {
  if (change.subdomain && reserved.contains(*change.subdomain)) {
    throw store::CommandError(
        fmt::format("subdomain \"{}\" would give the relay the host of ZOOID_API_URL",
                    printable(*change.subdomain, 80)),
        "choose another subdomain: zooid serves its API at this host and never a relay");
  }
}

std::string relay_name(const store::Query& query, const std::string& id) {
  const auto relay = query.get_relay(RelayId{id});
  return relay ? relay->subdomain : id;
}

}  // namespace tender::view
