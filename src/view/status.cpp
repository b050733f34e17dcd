#include "tender/view/status.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/router.hpp"
#include "tender/store/database.hpp"
#include "tender/store/migrations.hpp"

namespace tender::view {
namespace {

nlohmann::ordered_json to_json(const std::optional<TimePoint>& time) {
  return time ? nlohmann::ordered_json(time->time_since_epoch().count()) : nullptr;
}

nlohmann::ordered_json to_json(const outbox::HostState& host) {
  return {{"failing_since", to_json(host.failing_since)},
          {"reason", host.reason},
          {"probe_at", to_json(host.probe_at)},
          {"paused_until", to_json(host.paused_until)},
          {"stores_nothing", host.stores_nothing},
          {"concurrency", host.concurrency ? nlohmann::ordered_json(*host.concurrency) : nullptr}};
}

}  // namespace

Snapshot take_snapshot(Database& database, TimePoint now) {
  const Query query(database);
  Snapshot snapshot;
  snapshot.database = database.path().string();
  snapshot.schema = schema_version(database);
  snapshot.holder = DatabaseLock::holder(database.path());
  if (snapshot.holder) {
    snapshot.heartbeat_age = std::max(Milliseconds::zero(), now - snapshot.holder->heartbeat);
  }
  snapshot.relays = query.count_relays();
  snapshot.jobs = outbox::Outbox(database).count(now);
  snapshot.host = outbox::read_host_state(database);
  if (snapshot.host.paused_until && *snapshot.host.paused_until <= now) {
    snapshot.host.paused_until.reset();  // it is over, and nothing had to be written since
  }
  snapshot.dead_letters = outbox::DeadLetters(database).count_open();
  snapshot.logged = query.last_activity_seq();
  snapshot.routed = outbox::Router(database).offset();
  return snapshot;
}

nlohmann::ordered_json to_json(const Snapshot& snapshot) {
  nlohmann::ordered_json json = {
      {"database", snapshot.database},
      {"schema_version", snapshot.schema},
      {"sidecar",
       {{"running", snapshot.holder.has_value()}, {"pid", nullptr}, {"heartbeat_age_ms", nullptr}}},
      {"relays",
       {{"total", snapshot.relays.total},
        {"synced", snapshot.relays.synced},
        {"pending", snapshot.relays.pending},
        {"failing", snapshot.relays.failing},
        {"in_doubt", snapshot.jobs.in_doubt},
        {"live", snapshot.relays.live},
        {"not_served", snapshot.relays.not_served}}},
      {"host", to_json(snapshot.host)},
      {"outbox",
       {{"due", snapshot.jobs.due},
        {"waiting", snapshot.jobs.waiting},
        {"next_due", nullptr},
        {"checks", snapshot.jobs.checks}}},
      {"dead_letters", snapshot.dead_letters},
      {"activity", {{"last_seq", snapshot.logged}, {"routed_seq", snapshot.routed}}}};
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
