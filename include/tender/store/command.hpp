// What is written to the relay and activity tables. Each method is one transaction, or joins the
// one under way. Unless it says otherwise, it writes an activity in the same transaction, and
// subscribers of notify() hear of it after the commit, through the activity tail. A light value
// that borrows what it is made of. Calls block as Database says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/base/error.hpp"
#include "tender/base/random.hpp"
#include "tender/model/activity.hpp"
#include "tender/model/drift_detail.hpp"
#include "tender/model/relay.hpp"
#include "tender/model/schedule.hpp"
#include "tender/model/sync_detail.hpp"
#include "tender/store/activity_channel.hpp"
#include "tender/store/pause_table.hpp"

namespace tender::store {

class Database;

/// A command that cannot be carried out as given; nothing was written. what() lists every fault.
class CommandError : public Error {
 public:
  using Error::Error;
};

/// No relay has that id or subdomain.
class NoSuchRelay : public CommandError {
 public:
  explicit NoSuchRelay(std::string_view name);
};

/// No schedule has that number.
class NoSuchSchedule : public CommandError {
 public:
  explicit NoSuchSchedule(std::int64_t id);
};

class Query;

/// Throws CommandError when import_relay() would refuse this relay: the row cannot be, or another
/// row has its id, its subdomain or its schema.
void require_importable(const Query& query, const Relay& relay);

class Command {
 public:
  Command(Database& database, const Clock& clock, Random& random, ActivityChannel& notify)
      : database_(&database), clock_(&clock), random_(&random), notify_(&notify) {}

  /// The same, for whoever is recorded as the cause of the activities: "npub1…", "token",
  /// "cli:1000".
  [[nodiscard]] Command acting_for(std::string principal) const {
    Command command = *this;
    command.principal_ = std::move(principal);
    return command;
  }

  /// The same, for what a webhook has caused.
  [[nodiscard]] Command caused_by(Cause cause) const {
    Command command = *this;
    command.cause_ = std::move(cause);
    return command;
  }

  /// The channel of committed activities, whoever wrote them.
  [[nodiscard]] ActivityChannel& notify() const { return *notify_; }

  /// A new relay from the defaults and `change`, which must name tenant and subdomain. Throws
  /// CommandError.
  Relay create_relay(const RelayChange& change);

  /// A row for a relay that zooid has already, as `imported` describes it, with its identity. It is
  /// in step from the start, so that nothing is sent. `digest` identifies the body that describes
  /// it; empty: zooid holds something that the next sync will overwrite. Throws CommandError as
  /// require_importable() does.
  Relay import_relay(Relay imported, const std::string& digest);

  /// Throws CommandError, and NoSuchRelay when there is none.
  Relay update_relay(const RelayId& id, const RelayChange& change);
  Relay activate_relay(const RelayId& id);
  Relay deactivate_relay(const RelayId& id);

  /// For good: zooid deletes the relay's file, and with it its identity. The row stays as a
  /// tombstone, its subdomain is free at once, and its schedules are cancelled. A relay that is
  /// deleted already stays as it is, without an activity; it can no longer be updated, activated or
  /// deactivated. Throws NoSuchRelay.
  Relay delete_relay(const RelayId& id);

  /// Asks for a sync now. The relay's revision stays.
  void reconcile_relay(const Relay& relay, const ReconcileDetail& wanted);

  /// Records that a request is about to go out. Until its outcome is recorded, it is in doubt what
  /// zooid holds. If this process dies, a request begun at `doubt_until` or later ends the doubt.
  /// Writes no activity.
  void begin_relay_sync(const Relay& relay, TimePoint doubt_until);

  struct CompletedSync {
    std::int64_t revision;  // that was sent
    std::string digest;     // of the body that zooid took; empty: it has no such relay
    // `created` becomes `recreated`, and `unchanged` `unseen`, where that is what it was.
    SyncResult result = SyncResult::updated;
    std::optional<TimePoint> doubt_until{};  // the doubt that remains: Relay::doubt_until
    std::string identity{};  // created: its public key; empty: the first look will show it
    std::string unseen{};    // unchanged: why the relay was not seen to be served; empty: it was
  };
  /// zooid has that revision. The relay becomes synced only if it is still the newest.
  void complete_relay_sync(const Relay& relay, const CompletedSync& sync);

  /// The same for a relay whose row was deleted while the request was under way: if the id comes
  /// back, it is the relay that zooid has. Writes no activity.
  void complete_sync_of_gone_relay(const Relay& relay, const CompletedSync& sync);

  struct FailedSync {
    std::int64_t revision;
    std::string error;
    std::string outcome;      // as zooid::to_string(Outcome)
    bool superseded = false;  // a newer command came meanwhile: the failure does not count
    std::optional<TimePoint> doubt_until{};  // the doubt that remains: Relay::doubt_until
    std::string digest{};  // of what zooid has nevertheless; empty: that is in doubt
  };
  void fail_relay_sync(const Relay& relay, const FailedSync& sync);

  /// zooid failed, and not this relay: the failure does not count. Records only what is known of
  /// zooid's state, as in FailedSync. Writes no activity.
  void hold_relay_sync(const RelayId& id, std::optional<TimePoint> doubt_until,
                       const std::string& digest);

  /// zooid has the relay under `subdomain`, which is not its row's, for a moment. Otherwise as
  /// hold_relay_sync().
  void park_relay(const RelayId& id, const std::string& subdomain,
                  std::optional<TimePoint> doubt_until);

  struct Seen {
    bool live = true;        // zooid serves it as `relay` describes it
    int pushes = 0;          // Relay::live_pushes
    std::string identity{};  // its public key; empty: it was not shown
    // Under which subdomain zooid has it, when another than the row's; empty: under a foreign host.
    std::optional<std::string> moved_to{};
  };
  /// Records what a look at the relay has shown now. `relay` is its row. The first identity is
  /// kept; another one later makes an activity, notice_relay_identity.
  void record_look(const Relay& relay, const Seen& seen);

  /// zooid has no such relay: it is not live, and none of ours has its host. Writes no activity.
  void note_lost_relay(const RelayId& id);

  /// zooid may have recreated the relay: the next look sees its identity first. Writes no activity.
  void forget_relay_identity(const RelayId& id);

  /// From now on the other identity that zooid shows is the relay's. Throws NoSuchRelay, and
  /// CommandError when it shows no other.
  Relay accept_relay_identity(const RelayId& id);

  /// zooid no longer serves the relay as the row describes it. `relay` is its row.
  void notice_relay_drift(const Relay& relay, const DriftDetail& detail, const Seen& seen);

  /// The row becomes `adopted`, because zooid shows these values. `digest` identifies the body that
  /// describes it: then zooid has the new revision already, and the relay is in step. Without one
  /// it is pending. The revision in `detail` is the new one. Throws CommandError when a value is
  /// not allowed.
  void adopt_relay_info(const Relay& adopted, DriftDetail detail, const Seen& seen,
                        const std::string& digest);

  /// The sweep looks at the relay again at that time. Writes no activity.
  void plan_look(const RelayId& id, TimePoint next);

  /// The deletion of a relay that no row describes, which has that host and that schema. `result`
  /// is "asked" before the request, so that a process that is killed leaves a trace, and then what
  /// came of it: "deleted", "gone", "failed", or "unknown".
  void record_purge(const RelayId& id, const std::string& host, const std::string& schema,
                    std::string_view result);

  /// Records that somebody has closed the dead letter with that number, in whose transaction this
  /// is called. Asks for no work.
  void record_discard(std::int64_t letter, std::string_view resource_type,
                      const std::string& resource_id, const std::string& reason);

  struct GivenUp {
    std::int64_t letter = 0;
    std::string_view resource_type;  // kRelayResource or kTriggerResource
    std::string resource_id;
    std::string reason;  // as outbox::to_string(DeadLetterReason)
    std::string error;
    int attempt = 1;
  };
  /// Records that work was given up, in whose transaction this is called. Asks for no work.
  void record_dead_letter(const GivenUp& work);

  /// Records what was done to a trigger, in whose transaction this is called; `type` is one of the
  /// types of kTriggerResource, `detail` a JSON object.
  void record_trigger(std::string_view type, const std::string& trigger, const std::string& detail);

  /// Records that whoever waited for the sync that activity `asked_seq` asked for had left when its
  /// result came. Asks for no work.
  void record_abandoned(const RelayId& relay, std::int64_t asked_seq, std::string_view result);

  /// From now on tender sends nothing that writes to zooid: until that time, or until resume_sync()
  /// when there is none. A pause that holds already keeps its beginning, and gets this end and this
  /// reason. Throws CommandError when `until` has passed, or the reason is too long.
  SyncPause pause_sync(std::optional<TimePoint> until, const std::string& reason);

  /// Ends the pause. False, with nothing written: there is none.
  bool resume_sync();

  /// The command of `wanted` is carried out later, at its `next_at` and then by its cron
  /// expression, in the name of whoever this Command acts for. What else `wanted` has does not
  /// count. Throws CommandError when that time has passed, and when its relay cannot be found or is
  /// deleted.
  Schedule create_schedule(Schedule wanted);

  /// Throws NoSuchSchedule, and CommandError when it has ended.
  Schedule cancel_schedule(std::int64_t id);

  /// The schedule was carried out, in whose transaction this is called. The next run is at `next`;
  /// nothing: it was the last.
  void complete_schedule(const Schedule& schedule, std::optional<TimePoint> next);

  /// The schedule could not be carried out. `next` as above.
  void fail_schedule(const Schedule& schedule, const std::string& error,
                     std::optional<TimePoint> next);

 private:
  [[nodiscard]] std::string tenant_of(std::string_view resource_type, const std::string& id) const;
  void write_seen(const Relay& relay, const Seen& seen);
  void write_taken_subdomain(const RelayId& id, const std::string& subdomain);
  Relay write_status(const RelayId& id, RelayStatus status, ActivityType type);
  void cancel_schedules_of(const RelayId& id);
  void write_cancellation(const Schedule& schedule, std::string_view reason);
  void add_activity(std::string_view type, const Schedule& schedule, const std::string& detail);
  void add_activity(ActivityType type, const Relay& relay, const std::string& detail);
  void add_activity(std::string_view type, const std::string& tenant,
                    std::string_view resource_type, const std::string& resource_id,
                    const std::string& detail);

  Database* database_;
  const Clock* clock_;
  Random* random_;
  ActivityChannel* notify_;
  std::string principal_;  // empty: tender itself
  Cause cause_;
};

}  // namespace tender::store
