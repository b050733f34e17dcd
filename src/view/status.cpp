#include "tender/view/status.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/infra/lost_relays.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/router.hpp"
#include "tender/store/database.hpp"
#include "tender/store/migrations.hpp"
#include "tender/view/relay.hpp"

namespace tender::view {
namespace {

nlohmann::ordered_json to_json(const std::optional<TimePoint>& time) {
  return time ? nlohmann::ordered_json(time->time_since_epoch().count()) : nullptr;
}

nlohmann::ordered_json to_json(const outbox::DestinationState& state) {
  return {{"failing_since", to_json(state.failing_since)},
          {"reason", state.reason},
          {"probe_at", to_json(state.probe_at)},
          {"paused_until", to_json(state.paused_until)},
          {"stores_nothing", state.stores_nothing},
          {"concurrency", state.concurrency ? nlohmann::ordered_json(*state.concurrency) : nullptr},
          {"answered_at", to_json(state.answered_at)}};
}

// In a unit that leaves one or two digits.
std::string describe_age(Milliseconds age) {
  if (age < std::chrono::minutes(2)) {
    return fmt::format("{} s", std::chrono::floor<std::chrono::seconds>(age).count());
  }
  if (age < std::chrono::hours(2)) {
    return fmt::format("{} min", std::chrono::floor<std::chrono::minutes>(age).count());
  }
  return fmt::format("{} h", std::chrono::floor<std::chrono::hours>(age).count());
}

}  // namespace

std::string describe_answer(const outbox::DestinationState& state, TimePoint now) {
  if (!state.answered_at) {
    return "no answer yet";
  }
  const Milliseconds age = std::max<Milliseconds>(Milliseconds::zero(), now - *state.answered_at);
  return fmt::format("last answered {} ago", describe_age(age));
}

Snapshot take_snapshot(store::Database& database, TimePoint now, TimePoint seen_since) {
  const store::Query query(database);
  Snapshot snapshot;
  snapshot.database = database.path().string();
  snapshot.taken_at = now;
  snapshot.schema = store::schema_version(database);
  snapshot.holder = store::DatabaseLock::holder(database.path());
  if (snapshot.holder) {
    snapshot.heartbeat_age = std::max(Milliseconds::zero(), now - snapshot.holder->heartbeat);
  }
  snapshot.pause = store::PauseTable(database).find(now);
  snapshot.relays = query.count_relays(seen_since);
  snapshot.held = std::min(count_held(database), snapshot.relays.failing);
  snapshot.relays.pending -= snapshot.held;
  snapshot.relays.failing -= snapshot.held;
  snapshot.jobs = outbox::Outbox(database).count(infra::kRelaySync, now);
  snapshot.checks = outbox::Outbox(database).count(infra::kRelayCheck, now);
  snapshot.destinations.try_emplace(std::string(infra::kZooid));
  for (auto& destination : outbox::list_destination_states(database)) {
    outbox::DestinationState& state = destination.second;
    if (state.paused_until && *state.paused_until <= now) {
      state.paused_until.reset();  // it is over, and nothing had to be written since
    }
    snapshot.destinations[destination.first] = std::move(state);
  }
  snapshot.unknown = outbox::Outbox(database).lines();
  std::erase_if(snapshot.unknown, [](const outbox::Outbox::Kept& line) {
    return infra::is_known(line.kind, line.destination);
  });
  snapshot.dead_letters = outbox::DeadLetters(database).count_open();
  snapshot.schedules = store::ScheduleTable(database).count();
  snapshot.logged = query.last_activity_seq();
  snapshot.routed = outbox::Router(database).offset();
  return snapshot;
}

bool has_lost_relays(const Snapshot& snapshot) {
  const store::Query::RelayCounts& relays = snapshot.relays;
  const std::int64_t lost = relays.not_served - snapshot.reported;
  return lost > relays.live && lost >= static_cast<std::int64_t>(infra::LostRelays::kMany);
}

// Those that the sidecar has not put into the outbox yet are pending, and those that it sends
// although they are in step are in the outbox.
std::int64_t count_waiting(const Snapshot& snapshot) {
  return std::max(snapshot.relays.pending, snapshot.jobs.all());
}

std::vector<std::string_view> waits_for_person(const Snapshot& snapshot) {
  std::vector<std::string_view> words;
  if (snapshot.dead_letters > 0) {
    words.emplace_back("dead_letters");
  }
  if (snapshot.relays.other_identity > 0) {
    words.emplace_back("other_identity");
  }
  if (has_lost_relays(snapshot)) {
    words.emplace_back("lost_relays");
  }
  if (snapshot.reported > 0) {
    words.emplace_back("reported_drift");
  }
  if (!snapshot.settings.empty()) {
    words.emplace_back("settings");
  }
  if (std::ranges::any_of(snapshot.destinations, [](const auto& destination) {
        return destination.second.failing_since.has_value();
      })) {
    words.emplace_back("destinations");
  }
  if (snapshot.config && is_bad(*snapshot.config)) {
    words.emplace_back("config");
  }
  if (snapshot.schedules.failing > 0) {
    words.emplace_back("schedules");
  }
  if (snapshot.pause && !snapshot.pause->until) {
    words.emplace_back("pause");
  }
  return words;
}

nlohmann::ordered_json to_json(const Snapshot& snapshot) {
  nlohmann::ordered_json json = {
      {"database", snapshot.database},
      {"schema_version", snapshot.schema},
      {"sidecar",
       {{"running", snapshot.holder.has_value()}, {"pid", nullptr}, {"heartbeat_age_ms", nullptr}}},
      {"pause", nullptr},
      {"relays",
       {{"total", snapshot.relays.total},
        {"synced", snapshot.relays.synced},
        {"pending", snapshot.relays.pending},
        {"failing", snapshot.relays.failing},
        {"held", snapshot.held},
        {"in_doubt", snapshot.jobs.in_doubt},
        {"live", snapshot.relays.live},
        {"off", snapshot.relays.off},
        {"unknown", snapshot.relays.unknown},
        {"not_served", snapshot.relays.not_served},
        {"reported", snapshot.reported},
        {"other_identity", snapshot.relays.other_identity},
        {"parked", snapshot.relays.parked}}},
      {"destinations", nlohmann::ordered_json::object()},
      {"outbox",
       {{"due", snapshot.jobs.due},
        {"waiting", snapshot.jobs.waiting},
        {"next_due", nullptr},
        {"checks", snapshot.checks.all()},
        {"unknown", nlohmann::ordered_json::array()}}},
      {"config", snapshot.config ? to_json(*snapshot.config) : nlohmann::ordered_json()},
      {"dead_letters", snapshot.dead_letters},
      {"schedules",
       {{"waiting", snapshot.schedules.waiting},
        {"failing", snapshot.schedules.failing},
        {"next_at", to_json(snapshot.schedules.next_at)}}},
      {"activity", {{"last_seq", snapshot.logged}, {"routed_seq", snapshot.routed}}},
      {"settings", snapshot.settings},
      {"waits_for_you", waits_for_person(snapshot)}};
  for (const auto& [name, state] : snapshot.destinations) {
    json["destinations"][name] = to_json(state);
  }
  for (const outbox::Outbox::Kept& line : snapshot.unknown) {
    json["outbox"]["unknown"].push_back({{"kind", line.kind}, {"destination", line.destination}});
  }
  if (snapshot.pause) {
    json["pause"] = {{"since", to_json(std::optional(snapshot.pause->since))},
                     {"until", to_json(snapshot.pause->until)},
                     {"reason", snapshot.pause->reason},
                     {"quiet", snapshot.pause->quiet || !snapshot.holder},
                     {"relays_waiting", count_waiting(snapshot)}};
  }
  if (snapshot.holder) {
    json["sidecar"]["heartbeat_age_ms"] = snapshot.heartbeat_age.count();
    if (snapshot.holder->pid) {
      json["sidecar"]["pid"] = *snapshot.holder->pid;
    }
  }
  if (snapshot.jobs.next_due) {
    json["outbox"]["next_due"] = snapshot.jobs.next_due->time_since_epoch().count();
  }
  return json;
}

}  // namespace tender::view
