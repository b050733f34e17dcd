#include "simulation/tables.hpp"

namespace tender::simulation {
namespace {

using nlohmann::json;

// The parts of the config that are the row's alone; media storage and LiveKit need settings too.
#define WITNESSED_RELAY                                                                    \
  "SELECT id, subdomain, schema, info_name, status = 'active', blossom_enabled, "          \
  "livekit_enabled, revision, synced, doubt_until IS NOT NULL, live, status = 'deleted', " \
  "identity, other_identity, "                                                             \
  "info_icon = '' OR info_icon GLOB 'http://?*' OR info_icon GLOB 'https://?*', "          \
  "json_object('schema', schema, "                                                         \
  "'inactive', json(iif(status = 'active', 'false', 'true')), "                            \
  "'info', json_object('name', info_name, 'icon', info_icon, 'pubkey', tenant, "           \
  "'description', info_description), "                                                     \
  "'policy', json_object('public_join', json(iif(policy_public_join, 'true', 'false')), "  \
  "'strip_signatures', json(iif(policy_strip_signatures, 'true', 'false')), "              \
  "'public_read', json(iif(policy_public_read, 'true', 'false')), "                        \
  "'public_write', json(iif(policy_public_write, 'true', 'false'))), "                     \
  "'groups', json_object('enabled', json(iif(groups_enabled, 'true', 'false'))), "         \
  "'management', json_object('enabled', json(iif(management_enabled, 'true', 'false'))), " \
  "'push', json_object('enabled', json(iif(push_enabled, 'true', 'false'))), "             \
  "'roles', json_object('admin', json('{\"can_manage\": true, \"can_invite\": true}'), "   \
  "'member', json_object('can_invite', json(iif(member_invites, 'true', 'false'))))) "     \
  "FROM relay "

#define WITNESSED_JOB                                                                       \
  "SELECT kind = 'relay_sync', key, generation, priority, attempt, not_before, asked_seq, " \
  "forced, recreate FROM outbox "

json media_storage(bool on, const std::string& schema, const config::Env& env) {
  if (!on) {
    return {{"enabled", false}};
  }
  if (!env.blossom_s3) {
    return {{"enabled", true}, {"adapter", "local"}};
  }
  return {{"enabled", true},
          {"adapter", "s3"},
          {"s3",
           {{"endpoint", env.blossom_s3->endpoint},
            {"region", env.blossom_s3->region},
            {"bucket", env.blossom_s3->bucket},
            {"access_key", env.blossom_s3->access_key.reveal()},
            {"secret_key", env.blossom_s3->secret_key.reveal()},
            {"key_prefix", schema}}}};
}

JobRow read_job(const store::Statement& row) {
  JobRow job;
  job.sync = row.boolean(0);
  job.relay = row.text(1);
  job.generation = row.integer(2);
  job.priority = static_cast<int>(row.integer(3));
  job.attempt = static_cast<int>(row.integer(4));
  job.not_before = row.time(5);
  job.asked_seq = row.integer(6);
  job.forced = row.boolean(7);
  job.recreate = row.boolean(8);
  return job;
}

}  // namespace

RelayRow Tables::read_relay(const store::Statement& row) const {
  RelayRow relay;
  relay.id = row.text(0);
  relay.host = row.text(1) + "." + env_.relay_domain;
  const std::string schema = row.text(2);
  relay.name = row.text(3);
  relay.active = row.boolean(4);
  const bool blossom = row.boolean(5);
  const bool livekit = row.boolean(6);
  relay.revision = row.integer(7);
  relay.synced = row.boolean(8);
  relay.in_doubt = row.boolean(9);
  if (!row.is_null(10)) {
    relay.live = row.boolean(10);
  }
  relay.deleted = row.boolean(11);
  relay.identity = row.text(12);
  relay.other_identity = row.text(13);
  relay.valid = relay.deleted || row.boolean(14);
  if (relay.deleted) {
    return relay;
  }
  relay.config = json::parse(row.text(15));
  relay.config["host"] = relay.host;
  relay.config["blossom"] = media_storage(blossom, schema, env_);
  if (livekit && env_.livekit) {
    relay.config["livekit"] = {{"server_url", env_.livekit->url},
                               {"api_key", env_.livekit->api_key.reveal()},
                               {"api_secret", env_.livekit->api_secret.reveal()}};
  }
  return relay;
}

std::optional<RelayRow> Tables::relay(const std::string& id) const {
  store::Statement row = database_.prepare(WITNESSED_RELAY "WHERE id = ?", id);
  return row.step() ? std::optional(read_relay(row)) : std::nullopt;
}

std::optional<RelayRow> Tables::relay_at(const std::string& host) const {
  store::Statement row =
      database_.prepare(WITNESSED_RELAY "WHERE subdomain || '.' || ? = ? AND status <> 'deleted'",
                        env_.relay_domain, host);
  return row.step() ? std::optional(read_relay(row)) : std::nullopt;
}

std::vector<RelayRow> Tables::relays() const {
  std::vector<RelayRow> all;
  store::Statement row = database_.prepare(WITNESSED_RELAY "ORDER BY id");
  while (row.step()) {
    all.push_back(read_relay(row));
  }
  return all;
}

bool Tables::waits_for_deletion(const std::string& relay) const {
  return database_
      .prepare(
          "SELECT 1 FROM relay AS this JOIN relay AS gone ON gone.subdomain = this.subdomain "
          "WHERE this.id = ? AND this.status <> 'deleted' AND gone.status = 'deleted' "
          "AND gone.synced = 0",
          relay)
      .step();
}

bool Tables::is_anothers(const std::string& identity, const std::string& relay) const {
  return database_
      .prepare("SELECT 1 FROM relay WHERE identity = ? AND identity <> '' AND id <> ?", identity,
               relay)
      .step();
}

std::optional<JobRow> Tables::job(bool sync, const std::string& relay) const {
  store::Statement row = database_.prepare(WITNESSED_JOB "WHERE kind = ? AND key = ?",
                                           sync ? "relay_sync" : "relay_check", relay);
  return row.step() ? std::optional(read_job(row)) : std::nullopt;
}

bool Tables::no_checks() const {
  return !database_
              .prepare(
                  "SELECT 1 FROM outbox WHERE kind <> 'relay_sync' AND (kind <> 'relay_check' OR "
                  "attempt > 0 OR asked_seq > 0) LIMIT 1")
              .step();
}

std::vector<std::string> Tables::syncs() const {
  std::vector<std::string> relays;
  store::Statement row = database_.prepare("SELECT key FROM outbox WHERE kind = 'relay_sync'");
  while (row.step()) {
    relays.push_back(row.text(0));
  }
  return relays;
}

bool Tables::only_wait_for_hosts() const {
  return !database_
              .prepare(
                  "SELECT 1 FROM outbox WHERE kind = 'relay_sync' AND "
                  "coalesce(last_error, '') NOT GLOB '*host \"*\" is already in use*' LIMIT 1")
              .step();
}

std::string Tables::describe_jobs() const {
  std::string jobs;
  store::Statement rows = database_.prepare(
      "SELECT kind, key, attempt, coalesce(last_error, '') FROM outbox ORDER BY key LIMIT 5");
  while (rows.step()) {
    jobs += fmt::format("{}{} {} attempt {} {}", jobs.empty() ? "" : ", ", rows.text(0),
                        rows.text(1), rows.integer(2), rows.text(3));
  }
  return jobs;
}

std::optional<JobRow> Tables::first_due(bool sync, Order order, TimePoint now,
                                        const std::function<bool(const JobRow&)>& claimable) const {
  store::Statement rows =
      database_.prepare(WITNESSED_JOB
                        "WHERE kind = ? AND not_before < ? "
                        "ORDER BY iif(?, priority, 0), not_before, asked_seq, key",
                        sync ? "relay_sync" : "relay_check", now, order == Order::most_urgent);
  while (rows.step()) {
    if (JobRow job = read_job(rows); claimable(job)) {
      return job;
    }
  }
  return std::nullopt;
}

std::vector<LogRow> Tables::log_after(std::int64_t seq) const {
  std::vector<LogRow> rows;
  store::Statement row = database_.prepare(
      "SELECT seq, activity_type, resource_type = 'relay', resource_id, detail FROM activity "
      "WHERE seq > ? ORDER BY seq",
      seq);
  while (row.step()) {
    rows.push_back({.seq = row.integer(0),
                    .type = row.text(1),
                    .of_a_relay = row.boolean(2),
                    .resource = row.text(3),
                    .detail = row.text(4)});
  }
  return rows;
}

std::int64_t Tables::last_log_row() const {
  store::Statement row = database_.prepare("SELECT coalesce(max(seq), 0) FROM activity");
  row.step();
  return row.integer(0);
}

bool Tables::is_paused(TimePoint now) const {
  return database_.prepare("SELECT 1 FROM pause WHERE until IS NULL OR until > ?", now).step();
}

bool Tables::is_paused_and_quiet(TimePoint now) const {
  return database_
      .prepare("SELECT 1 FROM pause WHERE quiet = 1 AND (until IS NULL OR until > ?)", now)
      .step();
}

std::int64_t Tables::routed() const {
  store::Statement row = database_.prepare("SELECT seq FROM router_offset");
  return row.step() ? row.integer(0) : 0;
}

HostRow Tables::host() const {
  HostRow host;
  store::Statement row = database_.prepare(
      "SELECT failing_since IS NOT NULL, paused_until, stores_nothing FROM destination_state");
  if (row.step()) {
    host.failing = row.boolean(0);
    host.stores_nothing = row.boolean(2);
    if (!row.is_null(1)) {
      host.paused_until = row.time(1);
    }
  }
  return host;
}

bool Tables::letter_holds(const std::string& relay, std::int64_t revision) const {
  store::Statement newest = database_.prepare(
      "SELECT revision, resolution FROM dead_letter WHERE kind = 'relay_sync' AND key = ? "
      "ORDER BY id DESC LIMIT 1",
      relay);
  return newest.step() && newest.integer(0) == revision &&
         (newest.is_null(1) || newest.text(1) == "discarded");
}

Milliseconds longest_effect(const config::Env& env) {
  const int requests = 3;
  return requests * env.zooid_api_timeout + env.relay_sync_settle;
}

}  // namespace tender::simulation
