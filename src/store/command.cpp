#include "tender/store/command.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tender/base/log.hpp"
#include "tender/model/sent_info.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/transaction.hpp"

#include "relay_table.hpp"

namespace tender::store {
namespace {

// Every fault at once, so that a person corrects a command in one go.
void require_valid(const Relay& relay, Standing standing) {
  const auto faults = validate(relay, standing);
  if (faults.empty()) {
    return;
  }
  std::string problems;
  std::string remedies;
  for (const FieldFault& fault : faults) {
    problems += fmt::format("{}{}: {}", problems.empty() ? "" : "; ", fault.field, fault.problem);
    remedies += fmt::format("{}{}: {}", remedies.empty() ? "" : "; ", fault.field, fault.remedy);
  }
  throw CommandError(problems, remedies);
}

// Nor may it be another relay's id: people name relays by either.
void require_free_subdomain(const Query& query, const Relay& relay) {
  const auto owner = query.get_relay_of_subdomain(relay.subdomain);
  if (owner && owner->id != relay.id) {
    throw CommandError(
        fmt::format("subdomain \"{}\" belongs to relay {}", relay.subdomain, owner->id.text),
        "choose another subdomain, or update that relay");
  }
  const auto namesake = query.get_relay(RelayId{relay.subdomain});
  if (namesake && namesake->id != relay.id && namesake->status != RelayStatus::deleted) {
    throw CommandError(fmt::format("subdomain \"{}\" is the id of another relay, {}",
                                   relay.subdomain, namesake->subdomain),
                       "choose another subdomain, otherwise commands could confuse the two relays");
  }
}

void require_not_deleted(const Relay& relay) {
  if (relay.status == RelayStatus::deleted) {
    throw CommandError(
        fmt::format("relay {} ({}) is deleted", relay.subdomain, relay.id.text),
        "create a new relay; it can have the same subdomain, and gets an identity of its own");
  }
}

// People name relays by id or subdomain, and zooid keeps data by schema.
void require_free_names(const Query& query, const Relay& relay) {
  const auto before = query.get_relay(relay.id);
  if (before && is_tombstone(*before)) {
    throw CommandError(
        fmt::format("a relay with the id \"{}\" was deleted, and its row is kept for "
                    "ACTIVITY_RETENTION",
                    relay.id.text),
        fmt::format("import it after that, or delete the file: `tender relay delete "
                    "--purge-stranger {}`",
                    relay.id.text));
  }
  if (before) {
    throw CommandError(fmt::format("a row has the id \"{}\" already", relay.id.text),
                       "see `tender relay show`");
  }
  require_free_subdomain(query, relay);
  const auto namesake = query.get_relay_of_subdomain(relay.id.text);
  if (namesake) {
    throw CommandError(
        fmt::format("the id \"{}\" is the subdomain of relay {}", relay.id.text, namesake->id.text),
        "give that relay another subdomain, otherwise commands could confuse the two relays");
  }
  if (const auto owner = query.get_relay_of_schema(relay.schema)) {
    throw CommandError(
        fmt::format("schema \"{}\" belongs to relay {}", relay.schema, owner->subdomain),
        "zooid keeps a relay's data under its schema: delete one of the two relays");
  }
}

Relay require_relay(const Query& query, const RelayId& id) {
  auto relay = query.get_relay(id);
  if (!relay) {
    throw NoSuchRelay(id.text);
  }
  return std::move(*relay);
}

}  // namespace

NoSuchRelay::NoSuchRelay(std::string_view name)
    : CommandError(fmt::format("there is no relay \"{}\"", printable(name, 80)),
                   "see `tender relay list` for the relays and their ids") {}

Relay Command::create_relay(const RelayChange& change) {
  Relay relay;
  relay.id.text = random_->uuid();
  relay.created_at = clock_->now();
  apply(change, relay);
  relay.schema = derive_schema(relay.subdomain, relay.id);
  require_valid(relay, Standing::fresh);
  Transaction transaction(*database_);
  require_free_subdomain(Query(*database_), relay);
  insert_relay(*database_, relay);
  write_admins(*database_, relay, change);
  add_activity(ActivityType::create_relay, relay, "{}");
  relay = require_relay(Query(*database_), relay.id);
  transaction.commit();
  return relay;
}

void require_importable(const Query& query, const Relay& relay) {
  require_valid(relay, Standing::fresh);
  require_free_names(query, relay);
}

Relay Command::import_relay(Relay imported, const std::string& digest) {
  imported.created_at = clock_->now();
  Transaction transaction(*database_);
  const Query query(*database_);
  require_importable(query, imported);
  insert_relay(*database_, imported);
  RelayChange admins;
  admins.add_admins = imported.admins.value_or(std::vector<std::string>());
  write_admins(*database_, imported, admins);
  const Relay row = require_relay(query, imported.id);  // an id that was there before goes on
  // Before the row is in step, because a trigger reads it.
  add_activity(ActivityType::import_relay, row,
               to_text(ImportDetail{.revision = row.revision, .identity = imported.identity}));
  SentInfo sent;
  sent.taken(row);
  write_taken_subdomain(row.id, row.subdomain);
  database_
      ->prepare(
          "UPDATE relay SET synced_revision = revision, synced = 1, synced_digest = ?, "
          "doubt_until = NULL, identity = ?, other_identity = '', info_sent = ? WHERE id = ?",
          digest, imported.identity, sent.to_text(), row.id.text)
      .run();
  Relay relay = require_relay(query, row.id);
  transaction.commit();
  return relay;
}

Relay Command::update_relay(const RelayId& id, const RelayChange& change) {
  Transaction transaction(*database_);
  const Query query(*database_);
  const Relay before = require_relay(query, id);
  require_not_deleted(before);
  if (!before.admins && change.add_admins.empty() && !change.remove_admins.empty()) {
    throw CommandError(
        fmt::format("tender was never told who administers relay {}, so it cannot take anybody off "
                    "zooid's list",
                    before.subdomain),
        "name all who are to stay with --admin: that list replaces zooid's");
  }
  Relay relay = before;
  apply(change, relay);
  require_valid(relay, query.standing_of(relay));
  require_free_subdomain(query, relay);
  if (is_new_revision(before, relay)) {
    update_desired_state(*database_, relay);
  }
  update_uncounted_fields(*database_, relay);
  write_admins(*database_, relay, change);
  add_activity(ActivityType::update_relay, relay, "{}");
  relay = require_relay(query, id);
  transaction.commit();
  return relay;
}

Relay Command::activate_relay(const RelayId& id) {
  return write_status(id, RelayStatus::active, ActivityType::activate_relay);
}

Relay Command::deactivate_relay(const RelayId& id) {
  return write_status(id, RelayStatus::inactive, ActivityType::deactivate_relay);
}

Relay Command::delete_relay(const RelayId& id) {
  Transaction transaction(*database_);
  Relay relay = require_relay(Query(*database_), id);
  if (relay.status != RelayStatus::deleted) {
    relay = write_status(id, RelayStatus::deleted, ActivityType::delete_relay);
    cancel_schedules_of(id);
  }
  transaction.commit();
  return relay;
}

Relay Command::write_status(const RelayId& id, RelayStatus status, ActivityType type) {
  Transaction transaction(*database_);
  const Query query(*database_);
  Relay relay = require_relay(query, id);
  require_not_deleted(relay);
  relay.status = status;
  update_desired_state(*database_, relay);
  add_activity(type, relay, "{}");
  relay = require_relay(query, id);
  transaction.commit();
  return relay;
}

void Command::reconcile_relay(const Relay& relay, const ReconcileDetail& wanted) {
  Transaction transaction(*database_);
  add_activity(ActivityType::reconcile_relay, relay, to_text(wanted));
  transaction.commit();
}

void Command::begin_relay_sync(const Relay& relay, TimePoint doubt_until) {
  SentInfo sent(relay.info_sent);
  sent.may_be_taken(relay);
  Transaction transaction(*database_);
  database_
      ->prepare("UPDATE relay SET synced_digest = '', doubt_until = ?, info_sent = ? WHERE id = ?",
                doubt_until, sent.to_text(), relay.id.text)
      .run();
  transaction.commit();
}

void Command::complete_relay_sync(const Relay& relay, const CompletedSync& sync) {
  const bool created = sync.result == SyncResult::created;
  CompletionDetail detail{.revision = sync.revision, .result = sync.result, .unseen = sync.unseen};
  if (sync.result == SyncResult::unchanged && !sync.unseen.empty()) {
    detail.result = SyncResult::unseen;
  }
  Transaction transaction(*database_);
  const auto row = Query(*database_).get_relay(relay.id);
  if (created && row && row->synced_revision) {
    detail.result = SyncResult::recreated;
  }
  SentInfo sent(row ? row->info_sent : relay.info_sent);
  sent.taken(relay);
  const bool deleted = sync.result == SyncResult::deleted;
  write_taken_subdomain(relay.id, deleted ? std::string() : relay.subdomain);
  // Before the row, because a trigger reads it.
  add_activity(ActivityType::complete_relay_sync, relay, to_text(detail));
  database_
      ->prepare(
          "UPDATE relay SET synced_revision = max(coalesce(synced_revision, 0), ?1), "
          "synced_digest = ?2, synced = (revision = ?1), doubt_until = ?3, "
          "live = CASE WHEN ?4 THEN live END, "
          "live_pushes = CASE WHEN coalesce(synced_revision, 0) < ?1 THEN 0 ELSE live_pushes END, "
          "sync_error = CASE WHEN revision = ?1 THEN '' ELSE sync_error END, info_sent = ?6, "
          "identity = CASE WHEN ?7 THEN ?8 ELSE identity END, "
          "other_identity = CASE WHEN ?7 THEN '' ELSE other_identity END WHERE id = ?5",
          sync.revision, sync.digest, sync.doubt_until, detail.skipped(), relay.id.text,
          sent.to_text(), created, sync.identity)
      .run();
  transaction.commit();
}

void Command::complete_sync_of_gone_relay(const Relay& relay, const CompletedSync& sync) {
  Transaction transaction(*database_);
  database_
      ->prepare(
          "UPDATE relay_past SET "
          "synced_revision = iif(?6, NULL, max(coalesce(synced_revision, 0), ?1)), "
          "identity = CASE WHEN ?5 THEN ?8 ELSE identity END, "
          "synced_digest = ?2, doubt_until = ?3, taken_subdomain = iif(?6, '', ?7) WHERE id = ?4",
          sync.revision, sync.digest, sync.doubt_until, relay.id.text,
          sync.result == SyncResult::created, sync.result == SyncResult::deleted, relay.subdomain,
          sync.identity)
      .run();
  transaction.commit();
}

void Command::fail_relay_sync(const Relay& relay, const FailedSync& sync) {
  const FailureDetail detail{.revision = sync.revision,
                             .error = sync.error,
                             .outcome = sync.outcome,
                             .superseded = sync.superseded};
  Transaction transaction(*database_);
  hold_relay_sync(relay.id, sync.doubt_until, sync.digest);
  if (!sync.superseded) {
    database_
        ->prepare("UPDATE relay SET synced = 0, sync_error = ? WHERE id = ?", sync.error,
                  relay.id.text)
        .run();
  }
  add_activity(ActivityType::fail_relay_sync, relay, to_text(detail));
  transaction.commit();
}

void Command::hold_relay_sync(const RelayId& id, std::optional<TimePoint> doubt_until,
                              const std::string& digest) {
  Transaction transaction(*database_);
  database_
      ->prepare("UPDATE relay SET doubt_until = ?, synced_digest = ? WHERE id = ?", doubt_until,
                digest, id.text)
      .run();
  transaction.commit();
}

void Command::park_relay(const RelayId& id, const std::string& subdomain,
                         std::optional<TimePoint> doubt_until) {
  Transaction transaction(*database_);
  hold_relay_sync(id, doubt_until, std::string());
  write_taken_subdomain(id, subdomain);
  transaction.commit();
}

// zooid never gives two relays one host: whichever had it before has another one.
void Command::write_taken_subdomain(const RelayId& id, const std::string& subdomain) {
  database_
      ->prepare(
          "UPDATE relay SET taken_subdomain = '' "
          "WHERE taken_subdomain = ?1 AND taken_subdomain <> '' AND id <> ?2",
          subdomain, id.text)
      .run();
  database_->prepare("UPDATE relay SET taken_subdomain = ? WHERE id = ?", subdomain, id.text).run();
}

void Command::record_look(const Relay& relay, const Seen& seen) {
  Transaction transaction(*database_);
  write_seen(relay, seen);
  transaction.commit();
}

void Command::notice_relay_drift(const Relay& relay, const DriftDetail& detail, const Seen& seen) {
  Transaction transaction(*database_);
  add_activity(ActivityType::notice_relay_drift, relay, to_text(detail));
  write_seen(relay, seen);
  transaction.commit();
}

void Command::adopt_relay_info(const Relay& adopted, DriftDetail detail, const Seen& seen,
                               const std::string& digest) {
  require_valid(adopted, Standing::taken);
  Transaction transaction(*database_);
  update_desired_state(*database_, adopted);
  const Relay relay = require_relay(Query(*database_), adopted.id);
  detail.revision = relay.revision;
  // Before the row, because a trigger reads it.
  add_activity(ActivityType::adopt_relay_info, relay, to_text(detail));
  write_seen(relay, seen);
  if (!digest.empty()) {
    database_
        ->prepare(
            "UPDATE relay SET synced_revision = revision, synced = 1, synced_digest = ? "
            "WHERE id = ?",
            digest, relay.id.text)
        .run();
  }
  transaction.commit();
}

void Command::note_lost_relay(const RelayId& id) {
  Transaction transaction(*database_);
  write_taken_subdomain(id, std::string());
  database_->prepare("UPDATE relay SET live = 0 WHERE id = ?", id.text).run();
  transaction.commit();
}

void Command::forget_relay_identity(const RelayId& id) {
  Transaction transaction(*database_);
  database_->prepare("UPDATE relay SET identity = '', other_identity = '' WHERE id = ?", id.text)
      .run();
  transaction.commit();
}

Relay Command::accept_relay_identity(const RelayId& id) {
  Transaction transaction(*database_);
  const Query query(*database_);
  Relay relay = require_relay(query, id);
  if (relay.other_identity.empty()) {
    throw CommandError(
        fmt::format("zooid serves relay {} with the identity that it had at first, or was not seen "
                    "to serve it",
                    relay.subdomain),
        fmt::format("there is nothing to accept; `tender relay show {}` shows the identity",
                    relay.subdomain));
  }
  add_activity(ActivityType::accept_relay_identity, relay,
               to_text(IdentityDetail{.first = relay.identity, .now = relay.other_identity}));
  database_
      ->prepare("UPDATE relay SET identity = other_identity, other_identity = '' WHERE id = ?",
                id.text)
      .run();
  relay = require_relay(query, id);
  transaction.commit();
  return relay;
}

void Command::plan_look(const RelayId& id, TimePoint next) {
  Transaction transaction(*database_);
  database_->prepare("UPDATE relay SET next_look_at = ? WHERE id = ?", next, id.text).run();
  transaction.commit();
}

void Command::write_seen(const Relay& relay, const Seen& seen) {
  const bool first = relay.identity.empty();
  const bool other = !first && !seen.identity.empty() && seen.identity != relay.identity;
  if (other && seen.identity != relay.other_identity) {
    add_activity(ActivityType::notice_relay_identity, relay,
                 to_text(IdentityDetail{.first = relay.identity, .now = seen.identity}));
  }
  std::string other_identity = other ? seen.identity : std::string();
  if (seen.identity.empty()) {
    other_identity = relay.other_identity;  // nothing new is known
  }
  SentInfo sent(relay.info_sent);
  if (seen.live && !relay.doubt_until) {
    sent.reset(relay);
  }
  if (seen.moved_to) {
    write_taken_subdomain(relay.id, *seen.moved_to);
  } else if (seen.live && !other && relay.status == RelayStatus::active &&
             relay.taken_subdomain != relay.subdomain) {
    write_taken_subdomain(relay.id, relay.subdomain);
  }
  database_
      ->prepare(
          "UPDATE relay SET live = ?, live_pushes = ?, seen_at = ?, identity = ?, "
          "other_identity = ?, info_sent = ? WHERE id = ?",
          seen.live, seen.pushes, clock_->now(), first ? seen.identity : relay.identity,
          other_identity, sent.to_text(), relay.id.text)
      .run();
}

void Command::add_activity(ActivityType type, const Relay& relay, const std::string& detail) {
  add_activity(to_string(type), relay.tenant, kRelayResource, relay.id.text, detail);
}

void Command::add_activity(std::string_view type, const std::string& tenant,
                           std::string_view resource_type, const std::string& resource_id,
                           const std::string& detail) {
  database_
      ->prepare(
          "INSERT INTO activity (id, tenant, created_at, activity_type, resource_type, "
          "resource_id, detail, principal, cause, depth) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          random_->uuid(), tenant, clock_->now(), type, resource_type, resource_id, detail,
          principal_, cause_.webhook_id, cause_.depth)
      .run();
}

}  // namespace tender::store
