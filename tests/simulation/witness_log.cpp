// What the witness makes of the rows of activity and dead_letter.
#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/outbox/router.hpp"
#include "tender/zooid/relay_config.hpp"

#include "simulation/witness.hpp"

namespace tender::simulation {

void Witness::catch_up() {
  if (const auto version = database_->data_version(); version == seen_version_) {
    return;
  } else {
    seen_version_ = version;
  }
  const auto rows =
      query().list_activity({.after_seq = last_seq_, .relay = std::nullopt, .limit = 1'000'000});
  for (const Activity& row : rows) {
    last_seq_ = row.seq;
    read_activity(row);
  }
  read_dead_letters();
}

void Witness::read_activity(const Activity& row) {
  trace_.line("log {}: {} {} {}", row.seq, row.activity_type, row.resource_id,
              row.detail == "{}" ? "" : row.detail);
  const auto type = row.relay_activity();
  if (!type) {
    return;
  }
  RelayRecord& record = records_[row.resource_id];
  switch (*type) {
    case ActivityType::complete_relay_sync:
      record.last_result = row.seq;
      record.attempt_open = false;
      read_completion(row, record);
      return;
    case ActivityType::fail_relay_sync:
      read_failure(row, record);
      record.last_result = row.seq;
      record.attempt_open = false;
      return;
    case ActivityType::reconcile_relay: {
      const auto detail = parse_json(row.detail).value_or(nlohmann::json());
      const bool recreate = json_flag(detail, "recreate");
      record.recreate_asked = record.recreate_asked || recreate;
      if (recreate || json_flag(detail, "forced")) {
        record.forced = true;
        record.forced_command = row.seq;
      }
      break;
    }
    default:
      break;
  }
  looks_.commanded(row.resource_id);
  record.last_command = row.seq;
  record.failures = 0;
  record.given_up = false;
  record.silently_changed = false;
}

// When a look is the result, a command that the worker has read and not carried out has a job.
void Witness::check_nothing_dropped(const std::string& relay, const RelayRecord& record) {
  const bool open = record.last_command > record.last_result &&
                    record.last_command <= outbox::Router(*database_).offset();
  if (open && !outbox::Outbox(*database_).find(outbox::JobKind::relay_sync, relay)) {
    trace_.violate("command {} on relay {} is dropped", record.last_command, relay);
  }
}

void Witness::read_completion(const Activity& row, RelayRecord& record) {
  record.failures = 0;
  const auto detail = parse_json(row.detail).value_or(nlohmann::json());
  const auto relay = query().get_relay(RelayId{row.resource_id});
  if (json_flag(detail, "skipped")) {
    const bool newest = relay && relay->revision == json_integer(detail, "revision");
    if (record.in_doubt || (newest && record.known != config_of(nlohmann::json::parse(
                                                          zooid::update_body(*relay, env_))))) {
      trace_.violate("a sync of relay {} is skipped, and zooid is not known to have that state",
                     row.resource_id);
    }
    return;
  }
  if (record.heard != Heard::done) {
    trace_.violate("a sync of relay {} is complete, and zooid did not say so", row.resource_id);
  }
  looks_.taken(row.resource_id, record.known != record.sent);
  record.known = record.sent;
  record.in_doubt = false;
  Statement job = database_->prepare(
      "SELECT 1 FROM outbox WHERE kind = 'relay_sync' AND key = ? AND forced + recreate > 0",
      row.resource_id);
  record.forced = job.step() || record.forced_command > outbox::Router(*database_).offset();
  if (relay && !relay->settle_at) {
    end_doubt(row.resource_id, record);
  }
}

void Witness::end_doubt(const std::string& relay, RelayRecord& record) {
  if (record.unknown_until && record.attempt_at < *record.unknown_until) {
    trace_.violate("relay {} is taken for settled {} ms before an earlier request is", relay,
                   (*record.unknown_until - record.attempt_at).count());
  }
  record.unknown_until.reset();
  record.may_send_again = false;
}

void Witness::read_failure(const Activity& row, RelayRecord& record) {
  const auto detail = parse_json(row.detail).value_or(nlohmann::json());
  if (json_flag(detail, "superseded")) {
    return;
  }
  const std::string outcome = json_text(detail, "outcome");
  if (outcome == "not_served") {
    check_nothing_dropped(row.resource_id, record);
  }
  const bool of_the_relay = outcome == "permanent" || outcome == "not_served";
  if (record.spent_on_the_host && !of_the_relay) {
    trace_.violate("an attempt of relay {} is spent on a host that is known to fail",
                   row.resource_id);
  }
  ++record.failures;
  record.failed_at = timeline_.now();
  record.backoff_broken = false;
  if (record.failures > env_.relay_sync_retry_max_attempts + 1) {
    trace_.violate("relay {} has failed {} times in a row and is still tried", row.resource_id,
                   record.failures);
  }
  check_next_try(row.resource_id, record);
}

// The wait is in the job's row, whatever becomes of the process and the clock later.
void Witness::check_next_try(const std::string& relay, const RelayRecord& record) {
  Statement job = database_->prepare(
      "SELECT not_before FROM outbox WHERE kind = 'relay_sync' AND key = ? AND attempt = ?", relay,
      record.failures);
  if (!job.step()) {
    return;
  }
  const Milliseconds wait = job.time(0) - clock_.now();
  const Milliseconds full = full_delay(record.failures);
  if (wait < full * 9 / 10 || wait > full * 11 / 10) {
    trace_.violate("relay {} is to wait {} ms after failure {}", relay, wait.count(),
                   record.failures);
  }
}

void Witness::read_dead_letters() {
  Statement rows = database_->prepare(
      "SELECT id, key, reason, error FROM dead_letter WHERE id > ? ORDER BY id", last_letter_);
  while (rows.step()) {
    last_letter_ = rows.integer(0);
    const std::string relay = rows.text(1);
    const std::string reason = rows.text(2);
    trace_.line("dead letter {}: {} {}: {}", last_letter_, relay, reason, rows.text(3));
    RelayRecord& record = records_[relay];
    record.given_up = true;
    if (reason == "not_served") {
      looks_.given_up(relay);
      continue;
    }
    const bool justified =
        reason == "exhausted" ? record.failures > env_.relay_sync_retry_max_attempts
        : reason == "lost"
            ? record.heard == Heard::lost
            : record.heard == Heard::refused ||
                  !validate(query().get_relay(RelayId{relay}).value_or(Relay())).empty();
    if (!justified) {
      trace_.violate("relay {} is a dead letter ({}), and nothing justifies that", relay, reason);
    }
  }
}

}  // namespace tender::simulation
