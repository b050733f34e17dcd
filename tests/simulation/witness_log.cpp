// What the witness makes of the rows of activity and dead_letter.
#include <nlohmann/json.hpp>

#include "simulation/witness.hpp"
#include "support/world.hpp"

namespace tender::simulation {
namespace {

using nlohmann::json;

constexpr std::chrono::minutes kNewsLasts{1};
constexpr int kFights = 3;
constexpr std::chrono::minutes kLostPause{15};

// What a row says about its result; nothing when that is no JSON object.
json detail_of(const LogRow& row) {
  json detail = json::parse(row.detail, nullptr, /*allow_exceptions=*/false);
  return detail.is_object() ? detail : json::object();
}

bool flag(const json& detail, const char* name) {
  const auto found = detail.find(name);
  return found != detail.end() && *found == true;
}

bool is_command(const std::string& type) {
  return type == "create_relay" || type == "update_relay" || type == "activate_relay" ||
         type == "deactivate_relay" || type == "delete_relay" || type == "reconcile_relay";
}

}  // namespace

void Witness::catch_up() {
  end_job();
  if (const auto version = database_->data_version(); version == seen_version_) {
    return;
  } else {
    seen_version_ = version;
  }
  for (const LogRow& row : tables_->log_after(last_seq_)) {
    last_seq_ = row.seq;
    read_activity(row);
  }
  read_dead_letters();
}

void Witness::read_activity(const LogRow& row) {
  trace_.line("log {}: {} {} {}", row.seq, row.type, row.resource,
              row.detail == "{}" ? "" : row.detail);
  if (!row.of_a_relay) {
    return;
  }
  RelayRecord& record = records_[row.resource];
  check_revision(row.resource, record);
  if (row.type == "complete_relay_sync" || row.type == "fail_relay_sync") {
    row.type == "complete_relay_sync" ? read_completion(row, record) : read_failure(row, record);
    record.last_result = row.seq;
    record.attempt_open = false;
  } else if (is_command(row.type)) {
    read_command(row, record);
  } else if (row.type == "notice_relay_identity") {
    const std::string shown = detail_of(row).value("now", "");
    if (tables_->is_anothers(shown, row.resource)) {
      trace_.violate("relay {} is said to have the key of another relay", row.resource);
    }
  } else if (row.type == "adopt_relay_info") {
    read_adoption(row, record);
  }
}

void Witness::read_adoption(const LogRow& row, RelayRecord& record) {
  const auto relay = tables_->relay(row.resource);
  if (!relay) {
    return;
  }
  record.last_adoption = row.seq;
  if (relay->deleted) {
    return;
  }
  const json& info = relay->config.at("info");
  const std::string name = info.at("name");
  const bool renamed = record.renames > 0 && name.starts_with("owner's ");
  const bool given_away = record.edits > 0 && env_.relay_drift == config::RelayDrift::adopt &&
                          info.at("pubkey") != test::kTenant;
  if (!adopts(row.resource) || (!renamed && !given_away)) {
    trace_.violate("relay {} is changed to what zooid shows, and nobody changed it there",
                   row.resource);
  }
  if (record.owners_name == name) {
    record.owners_name.reset();
  }
  if (record.known) {
    record.known->at("info").at("name") = name;
    record.known->at("info").at("pubkey") = info.at("pubkey");
  }
}

void Witness::check_revision(const std::string& id, RelayRecord& record) {
  const auto relay = tables_->relay(id);
  if (!relay) {
    return;
  }
  const bool same = relay->revision == record.revision;
  if (relay->revision < record.revision || (same && relay->config != record.described)) {
    trace_.violate("revision {} of relay {} is used again, after {}", relay->revision, id,
                   record.revision);
  }
  record.gone = record.gone && relay->deleted;  // else its id is that of a new relay
  record.revision = relay->revision;
  record.described = relay->config;
}

void Witness::read_command(const LogRow& row, RelayRecord& record) {
  if (row.type == "reconcile_relay") {
    const json detail = detail_of(row);
    const bool recreate = flag(detail, "recreate");
    record.recreate_asked = record.recreate_asked || recreate;
    if (recreate || flag(detail, "forced")) {
      record.forced = true;
      record.forced_command = row.seq;
    }
  }
  const auto relay = tables_->relay(row.resource);
  if (relay && relay->deleted && relay->synced && row.type != "reconcile_relay") {
    return;  // whatever is written into a tombstone asks for nothing
  }
  looks_.commanded(row.resource);
  record.last_command = row.seq;
  record.failures = 0;
  record.given_up = false;
  record.silently_changed = false;
}

// When a look is the result, a command that the worker has read and not carried out has a job.
void Witness::check_nothing_dropped(const std::string& relay, const RelayRecord& record) {
  const bool open =
      record.last_command > record.last_result && record.last_command <= tables_->routed();
  if (open && !tables_->job(/*sync=*/true, relay)) {
    trace_.violate("command {} on relay {} is dropped", record.last_command, relay);
  }
}

void Witness::read_completion(const LogRow& row, RelayRecord& record) {
  record.failures = 0;
  const json detail = detail_of(row);
  const auto relay = tables_->relay(row.resource);
  const bool newest = relay && relay->revision == detail.value("revision", 0);
  if (flag(detail, "skipped")) {
    if (record.in_doubt || (newest && record.known != relay->config)) {
      trace_.violate("a sync of relay {} is skipped, and zooid is not known to have that state",
                     row.resource);
    }
    if (newest) {
      check_unchanged(*relay);
    }
    return;
  }
  if (record.heard != Heard::done) {
    trace_.violate("a sync of relay {} is complete, and zooid did not say so", row.resource);
  }
  if (newest && record.sent != relay->config) {
    trace_.violate("revision {} of relay {} was sent as something else: {}", relay->revision,
                   row.resource, json::diff(relay->config, record.sent).dump());
  }
  looks_.taken(row.resource, record.known != record.sent);
  if (record.sent.is_null()) {
    record.known.reset();
    record.may_exist = false;
    record.left_behind = false;
  } else {
    record.known = record.sent;
  }
  record.ever_taken = !record.sent.is_null();
  record.in_doubt = false;
  record.may_have_changed = false;
  const auto job = tables_->job(/*sync=*/true, row.resource);
  record.forced = (job && (job->forced || job->recreate)) || record.forced_command > record.routed;
  if (relay && !relay->in_doubt) {
    end_doubt(row.resource, record);
    record.gone = record.sent.is_null();
  }
}

// That zooid took it is no proof that it serves it. Its result may have to wait for the disk.
void Witness::check_unchanged(const RelayRow& relay) {
  if (env_.relay_verify != config::RelayVerify::off && !relay.live &&
      looks_.heard_at(relay.id) + kNewsLasts < timeline_.now() &&
      store_failed_at_ < looks_.heard_at(relay.id)) {
    trace_.violate("relay {} is called unchanged, and nobody looked whether it is served",
                   relay.id);
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

void Witness::read_failure(const LogRow& row, RelayRecord& record) {
  const json detail = detail_of(row);
  if (flag(detail, "superseded")) {
    return;
  }
  const std::string outcome = detail.value("outcome", "");
  if (outcome == "not_served") {
    check_nothing_dropped(row.resource, record);
  }
  const bool of_the_relay =
      outcome == "permanent" || outcome == "not_served" || outcome == "contested";
  if (record.spent_on_the_host && !of_the_relay) {
    trace_.violate("an attempt of relay {} is spent on a host that is known to fail", row.resource);
  }
  ++record.failures;
  record.failed_at = timeline_.now();
  record.backoff_broken = false;
  if (record.failures > env_.relay_sync_retry_max_attempts + 1) {
    trace_.violate("relay {} has failed {} times in a row and is still tried", row.resource,
                   record.failures);
  }
  check_next_try(row.resource, record);
}

// The wait is in the job's row, whatever becomes of the process and the clock later.
void Witness::check_next_try(const std::string& relay, const RelayRecord& record) {
  const auto job = tables_->job(/*sync=*/true, relay);
  if (!job || job->attempt != record.failures) {
    return;
  }
  const Milliseconds wait = job->not_before - clock_.now();
  if (wait == kLostPause && waits_with_many_lost(relay)) {
    return;
  }
  const Milliseconds full = full_delay(record.failures);
  if (wait < full * 9 / 10 || wait > full * 11 / 10) {
    trace_.violate("relay {} is to wait {} ms after failure {}", relay, wait.count(),
                   record.failures);
  }
}

bool Witness::justifies_letter(const std::string& relay, const RelayRecord& record,
                               const std::string& reason) const {
  if (reason == "exhausted") {
    return record.failures > env_.relay_sync_retry_max_attempts;
  }
  if (reason == "lost") {
    return record.heard == Heard::lost;
  }
  if (reason == "torn") {
    return record.heard == Heard::torn;
  }
  if (reason == "contested") {
    const bool enforces = env_.relay_drift == config::RelayDrift::enforce;
    return record.edits + (enforces ? record.renames : 0) > kFights;
  }
  const auto row = tables_->relay(relay);
  return record.heard == Heard::refused || !row || !row->valid;
}

void Witness::read_dead_letters() {
  store::Statement rows = database_->prepare(
      "SELECT id, key, reason, error, resolution FROM dead_letter WHERE id > ? ORDER BY id",
      last_letter_);
  while (rows.step()) {
    last_letter_ = rows.integer(0);
    const std::string relay = rows.text(1);
    const std::string reason = rows.text(2);
    trace_.line("dead letter {}: {} {}: {}", last_letter_, relay, reason, rows.text(3));
    RelayRecord& record = records_[relay];
    // A command that was routed right after it has resolved it before we looked.
    record.given_up = rows.is_null(4);
    if (reason == "not_served") {
      looks_.given_up(relay);
      continue;
    }
    if (!justifies_letter(relay, record, reason)) {
      trace_.violate("relay {} is a dead letter ({}), and nothing justifies that", relay, reason);
    }
  }
}

}  // namespace tender::simulation
