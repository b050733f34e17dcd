#include "tender/base/metric_table.hpp"

#include <array>

namespace tender {
namespace {

using Values = std::vector<std::string_view>;

constexpr std::array kRequestSeconds{0.005, 0.01, 0.025, 0.05, 0.1,  0.25,
                                     0.5,   1.0,  2.5,   5.0,  10.0, 30.0};
constexpr std::array kWaitSeconds{0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0};
constexpr std::array kLockSeconds{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                  0.1,   0.25,   0.5,   1.0,  5.0};

MetricLabel destination() {
  return {"destination", {"zooid"}};
}

MetricLabel kind() {
  return {"kind", {"relay_sync", "relay_check"}};
}

MetricLabel any_kind() {
  return {"kind", {"relay_sync", "relay_check", "hook_delivery"}};
}

MetricLabel priority() {
  return {"priority", {"urgent", "normal", "bulk"}};
}

// What plan_relay_sync decides.
MetricLabel operation(Values values) {
  return {"operation", std::move(values)};
}

MetricLabel outcome() {
  return {"result",
          {"done", "already_exists", "not_found", "transient", "host_taken", "torn", "permanent",
           "unsupported", "storage_fault", "host_fault", "stopped"}};
}

MetricLabel reason() {
  return {"reason",
          {"rejected", "lost", "exhausted", "torn", "not_served", "contested", "gone", "disabled",
           "expired"}};
}

void add_sidecar(std::vector<MetricRow>& rows) {
  using enum MetricType;
  const std::vector<MetricRow> more{
      {"tender_build_info",
       gauge,
       "1, with the version of tender.",
       {{"version", {TENDER_VERSION}, "the version"}}},
      {"tender_active", gauge,
       "1 while this sidecar holds the lock of the database and works; 0 on standby."},
      {"tender_paused", gauge, "1 while an operator has paused tender: nothing is sent."},
      {"tender_database_outage", gauge,
       "1 while work has stopped because the database cannot be read or written."},
      {"tender_snapshot_age_seconds", gauge,
       "How old the numbers are that are read from the database. They are read for a scrape, at "
       "most every 5 s, and stay as they were while the database cannot be read."},
      {.name = "tender_event_loop_delay_seconds",
       .type = histogram,
       .help = "How much later than asked for the one thread came back to a task, measured once a "
               "second while the sidecar works.",
       .buckets = kLockSeconds}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_relays(std::vector<MetricRow>& rows) {
  using enum MetricType;
  const std::vector<MetricRow> more{
      {"tender_relays",
       gauge,
       "Relays by state, each in one, as `tender relay list` shows it. in_step: zooid has the "
       "newest revision, and no look has told yet whether it serves it. live: it was seen to. off: "
       "in step and not active. unknown: the last look was too long ago. not_served: in step, and "
       "zooid serves it otherwise (drifted) or not at all. pending: the newest revision is still "
       "to be sent. failing: the last attempt failed, and a retry follows. held: given up, waits "
       "for a person. Deleted ones count while zooid may still have them.",
       {{"state",
         {"in_step", "live", "off", "unknown", "not_served", "pending", "failing", "held"}}}},
      {"tender_relays_lost", gauge,
       "Relays that zooid had and no longer has, whatever their state. After a start each counts "
       "again once tender has looked for it."},
      {"tender_relays_drift_reported", gauge,
       "Relays in step that zooid serves otherwise, and that tender leaves so (RELAY_DRIFT, or the "
       "relay's own answer, is report)."},
      {"tender_relays_other_identity", gauge,
       "Relays that zooid serves with another key than at first."},
      {"tender_relays_being_deleted", gauge, "Deleted relays that zooid may still have."}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_work(std::vector<MetricRow>& rows) {
  using enum MetricType;
  const std::vector<MetricRow> more{
      {"tender_work",
       gauge,
       "Work in the outbox, due or waiting for its time.",
       {kind(), destination(), priority()}},
      {"tender_work_oldest_age_seconds",
       gauge,
       "For how long the work that is due longest has been due; 0 when none is.",
       {kind(), destination(), priority()}},
      {.name = "tender_work_wait_seconds",
       .type = histogram,
       .help = "From when work was due until it was taken up.",
       .labels = {any_kind()},
       .buckets = kWaitSeconds},
      {"tender_work_settled_total",
       counter,
       "Executions of work by what became of the work. complete: done, or nothing to do. retry: it "
       "failed and is tried again later. give_up: it failed and waits for a person. superseded: a "
       "newer command came meanwhile. stay_due: it is done over, without counting as a failure. "
       "wait_until: its turn had not come. do_again: it is done once more because an earlier "
       "request may still have an effect. put_off: its result could not be written.",
       {any_kind(),
        {"settlement",
         {"complete", "retry", "give_up", "superseded", "stay_due", "wait_until", "do_again",
          "put_off"}}}},
      {"tender_syncs_total",
       counter,
       "Syncs by what was to be done and what zooid's answer meant. skip: nothing had changed, so "
       "nothing was sent. look: likewise, but tender looked whether zooid serves the relay. "
       "reject: not sent, because zooid would refuse it.",
       {operation({"create", "update", "delete", "skip", "look", "reject"}), outcome()}},
      {.name = "tender_sync_duration_seconds",
       .type = histogram,
       .help = "How long the requests of a sync took, from the first to the last answer.",
       .labels = {operation({"create", "update", "delete"})},
       .buckets = kRequestSeconds},
      {.name = "tender_sync_commit_to_request_seconds",
       .type = histogram,
       .help = "From the commit of a command until the first request that carries it begins. What "
               "is sent again is not counted again.",
       .buckets = kWaitSeconds},
      {"tender_dead_letters_open",
       gauge,
       "Dead letters that wait for a person, by the reason for giving up.",
       {reason()}},
      {"tender_dead_letters_total", counter, "Dead letters written.", {reason()}},
      {"tender_scheduled_commands_total",
       counter,
       "Scheduled commands by what came of them. failed: it was refused, or a backup could not be "
       "made; `tender schedule list --all` says why.",
       {{"result", {"done", "failed"}}}}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_webhooks(std::vector<MetricRow>& rows) {
  using enum MetricType;
  const std::vector<MetricRow> more{
      {"tender_deliveries_waiting", gauge, "Webhooks that are not delivered yet."},
      {"tender_deliveries_oldest_age_seconds", gauge,
       "For how long the webhook that is due longest has been due; 0 when none is."},
      {"tender_deliveries_total",
       counter,
       "Webhooks by what came of them. delivered: its receiver has it. failed: an attempt failed, "
       "and it is tried again. given_up: it is a dead letter now. dropped: its trigger was "
       "deleted. "
       "too_deep: too many webhooks led to its event. handler_failed: a handler of dead letters "
       "could not be told.",
       {{"result", {"delivered", "failed", "given_up", "dropped", "too_deep", "handler_failed"}}}},
      {.name = "tender_delivery_age_seconds",
       .type = histogram,
       .help = "From the event until its webhook was delivered.",
       .buckets = kWaitSeconds},
      {"tender_receivers",
       gauge,
       "Origins that enabled triggers send to, by their state.",
       {{"state", {"usable", "paused", "failing"}}}}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_destinations(std::vector<MetricRow>& rows) {
  using enum MetricType;
  const std::vector<MetricRow> more{
      {"tender_destination_state",
       gauge,
       "1 for the state that the destination is in, 0 for the others. failing: it is unusable, and "
       "nothing is sent. not_storing: the same, because it cannot read or write its files. paused: "
       "it asked tender to wait (Retry-After).",
       {destination(), {"state", {"usable", "paused", "failing", "not_storing"}}}},
      {"tender_destination_last_answer_timestamp_seconds",
       gauge,
       "When the destination last showed that it works. tender asks it when it has not answered "
       "for "
       "a minute. 0: it has not answered yet.",
       {destination()}},
      {"tender_destination_transitions_total",
       counter,
       "Changes of the destination into this state, as far as tender saw.",
       {destination(), {"to", {"usable", "paused", "failing"}}}},
      {"tender_destination_faults_total",
       counter,
       "Signs that the destination as a whole fails, of work and of probes. unusable: it cannot be "
       "reached or refuses tender. timeout: no answer in time. storage: it cannot read or write "
       "its files.",
       {destination(), {"fault", {"unusable", "timeout", "storage"}}}},
      {"tender_destination_in_flight",
       gauge,
       "Executions under way towards the destination.",
       {destination()}},
      {"tender_destination_limit",
       gauge,
       "How many executions at a time the destination can take at the moment, as far as it has "
       "shown.",
       {destination()}},
      {.name = "tender_rate_limiter_wait_seconds",
       .type = histogram,
       .help = "How long due work waited because of RELAY_SYNC_RATE.",
       .labels = {destination()},
       .buckets = kWaitSeconds},
      {"tender_zooid_requests_total",
       counter,
       "Requests to zooid by the class of the answer's status, or why none came.",
       {{"method", {"GET", "POST", "PUT", "PATCH", "DELETE"}},
        {"result",
         {"1xx", "2xx", "3xx", "4xx", "5xx", "refused", "dns", "tls", "timeout", "closed",
          "malformed", "too_large", "forbidden", "stopped"}}}},
      {"tender_fetches_total",
       counter,
       "Reads on demand by what they got. fresh: an answer to a request of their own. coalesced: "
       "they joined a read under way. failover: an answer, after another address had failed. busy: "
       "too many were waiting. invalid: an answer that fails a check. error: no answer, or a "
       "refusal.",
       {{"operation", {"members", "nip11"}},
        {"result", {"fresh", "coalesced", "failover", "busy", "invalid", "error"}}}}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_database(std::vector<MetricRow>& rows) {
  using enum MetricType;
  const std::vector<MetricRow> more{
      {"tender_broadcast_missed_total", counter,
       "Activities that the channel in memory dropped because the router was too slow. Nothing is "
       "lost: it reads them from the database."},
      {"tender_activities_unrouted", gauge,
       "Activities that the router has not read yet: how far it lags behind."},
      {"tender_sqlite_busy_total", counter,
       "How often another program's lock kept tender waiting."},
      {"tender_sqlite_busy_seconds_total", counter,
       "Seconds spent waiting for another program's lock."},
      {"tender_sqlite_errors_total",
       counter,
       "Statements and transactions that failed.",
       {{"fault",
         {"busy", "readonly", "full", "io", "corrupt", "cannot_open", "constraint", "other"}}}},
      {.name = "tender_sqlite_transaction_seconds",
       .type = histogram,
       .help = "How long transactions held the write lock.",
       .buckets = kLockSeconds},
      {"tender_sqlite_longest_lock_seconds", gauge,
       "The longest that a transaction held the write lock in the last 5 to 10 minutes."},
      {"tender_sqlite_wal_bytes", gauge, "The size of the write-ahead log."}};
  rows.insert(rows.end(), more.begin(), more.end());
}

// Patterns, as http::Routes has them; whatever fits none counts as "none".
MetricLabel route() {
  return {"route",
          {"GET /healthz",
           "GET /readyz",
           "GET /metrics",
           "GET /v1/status",
           "PUT /v1/pause",
           "DELETE /v1/pause",
           "GET /v1/relays",
           "POST /v1/relays",
           "GET /v1/relays/{relay}",
           "PATCH /v1/relays/{relay}",
           "DELETE /v1/relays/{relay}",
           "POST /v1/relays/{relay}/activate",
           "POST /v1/relays/{relay}/deactivate",
           "GET /v1/relays/{relay}/members",
           "GET /v1/relays/{relay}/diff",
           "POST /v1/relays/{relay}/sync",
           "GET /v1/activity",
           "GET /v1/events",
           "GET /v1/outbox",
           "GET /v1/dead-letters",
           "POST /v1/dead-letters/retry",
           "POST /v1/dead-letters/discard",
           "POST /v1/dead-letters/{letter}/retry",
           "POST /v1/dead-letters/{letter}/discard",
           "GET /v1/schedules",
           "DELETE /v1/schedules/{schedule}",
           "none"}};
}

void add_process(std::vector<MetricRow>& rows) {
  using enum MetricType;
  const std::vector<MetricRow> more{
      {"tender_http_requests_total",
       counter,
       "Requests to the admin API by the route that fits them and the status of the answer.",
       {route(),
        {"code",
         {"200", "201", "202", "400", "401", "403", "404", "405", "408", "409", "413", "421", "422",
          "431", "500", "501", "502", "503", "other"}}}},
      {"process_cpu_seconds_total", counter, "User and system CPU time."},
      {"process_resident_memory_bytes", gauge, "Resident memory."},
      {"process_virtual_memory_bytes", gauge, "Virtual memory."},
      {"process_open_fds", gauge, "Open file descriptors."},
      {"process_max_fds", gauge, "The most file descriptors that may be open."},
      {"process_start_time_seconds", gauge, "When the process began, in seconds since 1970."}};
  rows.insert(rows.end(), more.begin(), more.end());
}

}  // namespace

std::string_view to_string(MetricType type) {
  switch (type) {
    case MetricType::counter:
      return "counter";
    case MetricType::gauge:
      return "gauge";
    case MetricType::histogram:
      break;
  }
  return "histogram";
}

std::span<const MetricRow> metric_table() {
  static const std::vector<MetricRow> rows = [] {
    std::vector<MetricRow> all;
    add_sidecar(all);
    add_relays(all);
    add_work(all);
    add_destinations(all);
    add_webhooks(all);
    add_database(all);
    add_process(all);
    return all;
  }();
  return rows;
}

std::span<const std::string_view> label_values(std::string_view metric, std::string_view label) {
  for (const MetricRow& row : metric_table()) {
    for (const MetricLabel& each : row.labels) {
      if (row.name == metric && each.name == label) {
        return each.values;
      }
    }
  }
  return {};
}

}  // namespace tender
