// Every message that tender logs, with its fields and what it means. docs/logs.md is made of these
// tables (target update_logs_text), and a test holds both equal.
#pragma once

#include <array>
#include <span>

#include "tender/base/log.hpp"

namespace tender::logs {

// The process.

inline constexpr LogMessage kStarted{.level = spdlog::level::info,
                                     .text = "keeping zooid in step with the database",
                                     .fields = "version zooid database npub",
                                     .meaning = "tender holds the database and begins to work."};
inline constexpr LogMessage kStandby{
    .level = spdlog::level::warn,
    .text = "another sidecar works on this database; waiting as standby until it ends",
    .fields = "database pid",
    .meaning =
        "Only one sidecar works on a database. If you did not start two of them on purpose, stop "
        "one."};
inline constexpr LogMessage kNewDatabase{
    .level = spdlog::level::warn,
    .text =
        "the database did not exist: made a new, empty one. If it should hold relays, check "
        "DATABASE_URL and that its volume is mounted",
    .fields = "database",
    .meaning = "Expected at the first start."};
inline constexpr LogMessage kConfiguration{
    .level = spdlog::level::warn,
    .text = "check the configuration",
    .fields = "warning",
    .meaning =
        "A misspelled name, or a file with secrets that others can read: the warning says which."};
inline constexpr LogMessage kStopping{
    .level = spdlog::level::info,
    .text = "stopping: starting no new work, finishing what is in flight",
    .fields = "in_flight",
    .meaning = "A signal asked tender to stop."};
inline constexpr LogMessage kDrainEnded{
    .level = spdlog::level::warn,
    .text = "cancelled the work that was still in flight; it is done again at the next start",
    .fields = "in_flight waited",
    .meaning = "zooid did not answer in time for the stop."};
inline constexpr LogMessage kStopped{.level = spdlog::level::info,
                                     .text = "stopped",
                                     .fields = "",
                                     .meaning = "The end of an orderly stop."};
inline constexpr LogMessage kStoppedBySignal{
    .level = spdlog::level::warn,
    .text =
        "stopped at once by a second signal; the work in flight is done again at the next start",
    .fields = "",
    .meaning = "Nothing is lost."};
inline constexpr LogMessage kStoppedByFault{
    .level = spdlog::level::err,
    .text = "stopped at once by an internal error; please report it",
    .fields = "cause",
    .meaning = "A bug: please report it with this line."};
inline constexpr LogMessage kNoServiceManager{
    .level = spdlog::level::warn,
    .text = "cannot report to the service manager (NOTIFY_SOCKET); it may restart tender",
    .fields = "cause",
    .meaning = "tender keeps working, and tries again."};
inline constexpr LogMessage kReconcile{
    .level = spdlog::level::info,
    .text = "looked for relays that are not in step",
    .fields = "source pending",
    .meaning =
        "At the start, after lag and every `RECONCILE_INTERVAL`. `pending` relays will be sent. At "
        "an interval without such relays it is a debug line."};
inline constexpr LogMessage kSettingChanged{
    .level = spdlog::level::info,
    .text = "a setting has changed: sending the relays that it concerns again",
    .fields = "setting relays",
    .meaning = "It is not what it was when tender last ran."};
inline constexpr LogMessage kPruned{.level = spdlog::level::info,
                                    .text = "removed old activities",
                                    .fields = "activities older_than",
                                    .meaning = "As `ACTIVITY_RETENTION` says."};
inline constexpr LogMessage kPruneFailed{
    .level = spdlog::level::warn,
    .text = "cannot remove old activities; trying again in an hour",
    .fields = "cause remedy",
    .meaning = "The activity log grows until it works."};
inline constexpr LogMessage kScheduleRun{
    .level = spdlog::level::info,
    .text = "carried out a scheduled command",
    .fields = "schedule command relay late",
    .meaning = "`late` is long when no sidecar ran at its time. See `tender schedule list`."};
inline constexpr LogMessage kScheduleFailed{
    .level = spdlog::level::warn,
    .text = "could not carry out a scheduled command",
    .fields = "schedule command relay cause remedy",
    .meaning = "It is not tried again; a backup that repeats is made at its next time."};
inline constexpr LogMessage kBackedUp{.level = spdlog::level::info,
                                      .text = "made a scheduled backup",
                                      .fields = "schedule path bytes removed",
                                      .meaning = "`removed` is how many older ones made room."};

inline constexpr std::array kProcess{
    &kStarted,        &kStandby,        &kNewDatabase,     &kConfiguration,  &kStopping,
    &kDrainEnded,     &kStopped,        &kStoppedBySignal, &kStoppedByFault, &kNoServiceManager,
    &kReconcile,      &kSettingChanged, &kPruned,          &kPruneFailed,    &kScheduleRun,
    &kScheduleFailed, &kBackedUp};

// Relays.

inline constexpr LogMessage kCommand{.level = spdlog::level::info,
                                     .text = "took up a command for the relay",
                                     .fields = "relay subdomain activity principal",
                                     .meaning =
                                         "`activity` is what was asked, `principal` who asked (as "
                                         "far as that is known). The result follows."};
inline constexpr LogMessage kInStep{
    .level = spdlog::level::info,
    .text = "the relay is in step",
    .fields = "relay subdomain revision result cause",
    .meaning =
        "zooid has taken the row. `result` says what was done; with `unseen`, nothing was sent, "
        "and `cause` says why zooid was not seen serving it."};
inline constexpr LogMessage kRecreated{
    .level = spdlog::level::warn,
    .text = "recreated the relay with a new identity",
    .fields = "relay subdomain revision",
    .meaning = "zooid had lost it. For its clients it is another relay now."};
inline constexpr LogMessage kSyncFailed{
    .level = spdlog::level::warn,
    .text = "sync failed, and is tried again",
    .fields = "relay subdomain attempt of next cause",
    .meaning = "`attempt` of `of` retries; the next is after `next`."};
inline constexpr LogMessage kSyncFailedMeanwhile{
    .level = spdlog::level::warn,
    .text = "sync failed, and a new sync was requested in the meantime",
    .fields = "relay subdomain cause",
    .meaning = "The new one starts over with attempt 0."};
inline constexpr LogMessage kGivenUp{
    .level = spdlog::level::warn,
    .text = "gave up the sync; see `tender dead-letter list`",
    .fields = "relay subdomain cause",
    .meaning = "It is a dead letter now. Correct the cause, then run `tender dead-letter retry`."};
inline constexpr LogMessage kRetryScheduled{
    .level = spdlog::level::info,
    .text = "a sync that had failed is tried again",
    .fields = "relay subdomain attempt of next source",
    .meaning = "Its work was missing from the outbox, after a crash for example."};
inline constexpr LogMessage kLivekitMissing{
    .level = spdlog::level::warn,
    .text =
        "the relay wants LiveKit, but LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET are not "
        "set; sending every relay with LiveKit off until they are",
    .fields = "relay subdomain",
    .meaning = "Said once, for the first such relay."};
inline constexpr LogMessage kParked{.level = spdlog::level::info,
                                    .text = "moved the relay out of the way for a moment",
                                    .fields = "relay subdomain holder",
                                    .meaning =
                                        "Relays exchange their hosts in a circle: `holder` still "
                                        "has the one that this relay is to get."};
inline constexpr LogMessage kAdopted{.level = spdlog::level::info,
                                     .text = "updated the row with what was changed in zooid",
                                     .fields = "relay subdomain cause",
                                     .meaning = "As `RELAY_DRIFT` says; nothing is sent."};
inline constexpr LogMessage kDrift{.level = spdlog::level::warn,
                                   .text = "zooid no longer serves the relay as described",
                                   .fields = "relay subdomain cause action",
                                   .meaning =
                                       "`cause` is the difference, `action` what tender does about "
                                       "it. `tender diff` shows it in full."};
inline constexpr LogMessage kNoDrift{.level = spdlog::level::info,
                                     .text = "zooid serves the relay as described again",
                                     .fields = "relay subdomain",
                                     .meaning = "The end of a difference."};
inline constexpr LogMessage kNewKey{
    .level = spdlog::level::err,
    .text =
        "zooid serves the relay with another key: clients see a different relay. Restore the "
        "relay's file in zooid from a backup, or run `tender relay accept-identity RELAY` if the "
        "new key is intended",
    .fields = "relay subdomain key first_key",
    .meaning = "Never happens by itself: somebody replaced or edited zooid's files."};
inline constexpr LogMessage kSentAgain{
    .level = spdlog::level::warn,
    .text = "zooid took the relay, and does not show it as described; sending it again",
    .fields = "relay subdomain attempt of cause",
    .meaning = "zooid may have been starting."};
inline constexpr LogMessage kUnclear{
    .level = spdlog::level::warn,
    .text = "cannot tell whether zooid serves the relay; see RELAY_VERIFY",
    .fields = "relay subdomain cause",
    .meaning =
        "tender cannot reach the relay as its users do. Choose the way of RELAY_VERIFY that works "
        "here, or `off`. Not said again of other relays before a look succeeds."};
inline constexpr LogMessage kUnsupported{
    .level = spdlog::level::warn,
    .text = "this version of zooid does not support what rows ask for",
    .fields = "cause",
    .meaning = "Said once. Upgrade zooid, or turn the feature off for these relays."};
inline constexpr LogMessage kManyLost{
    .level = spdlog::level::err,
    .text =
        "relays that zooid had are gone: its config directory may be missing. Not sending them "
        "again; restore the directory, or run `tender reconcile --all --recreate` to give them new "
        "identities",
    .fields = "relays zooid last",
    .meaning = "`relays` of them, and none of the others was seen since; `last` is the last one."};
inline constexpr LogMessage kFoundAgain{.level = spdlog::level::info,
                                        .text = "zooid serves relays again that were gone",
                                        .fields = "last",
                                        .meaning = "The end of the alarm above."};

inline constexpr std::array kRelays{
    &kCommand,     &kInStep,         &kRecreated,      &kSyncFailed, &kSyncFailedMeanwhile,
    &kGivenUp,     &kRetryScheduled, &kLivekitMissing, &kParked,     &kAdopted,
    &kDrift,       &kNoDrift,        &kNewKey,         &kSentAgain,  &kUnclear,
    &kUnsupported, &kManyLost,       &kFoundAgain};

// zooid and other destinations.

inline constexpr LogMessage kUnusable{
    .level = spdlog::level::err,
    .text = "the destination is unusable: sending nothing until it works, and spending no retries",
    .fields = "destination cause next_probe",
    .meaning = "After `next_probe`, then at least every 2 minutes, tender probes it."};
inline constexpr LogMessage kStoresNothing{
    .level = spdlog::level::err,
    .text =
        "the destination cannot store what it is sent: changing nothing there until it can, and "
        "spending no retries",
    .fields = "destination cause next_probe",
    .meaning = "Usually its disk is full or read-only."};
inline constexpr LogMessage kUnusableBefore{
    .level = spdlog::level::warn,
    .text =
        "the destination was unusable when tender last stopped; probing it before sending anything",
    .fields = "destination failing_for cause",
    .meaning = "tender does not know yet whether it works again."};
inline constexpr LogMessage kUsable{.level = spdlog::level::info,
                                    .text = "the destination works again; resuming",
                                    .fields = "destination failed_for",
                                    .meaning = "The end of an outage."};
inline constexpr LogMessage kToldToWait{
    .level = spdlog::level::warn,
    .text = "the destination asks tender to wait (Retry-After): sending nothing for that long",
    .fields = "destination wait",
    .meaning = "Nothing needs to be done."};
inline constexpr LogMessage kPaused{
    .level = spdlog::level::info,
    .text = "paused: sending nothing that changes zooid",
    .fields = "since until reason",
    .meaning = "`tender resume` ends it. Without `until`, only that does."};
inline constexpr LogMessage kPauseOver{.level = spdlog::level::info,
                                       .text = "the pause is over; sending again",
                                       .fields = "",
                                       .meaning = "What waited is sent now."};
inline constexpr LogMessage kAddressChanged{
    .level = spdlog::level::warn,
    .text = "using another address of zooid from now on",
    .fields = "address failed cause",
    .meaning = "`failed` is the one of `ZOOID_API_URL` that was in use before."};
inline constexpr LogMessage kFilesNotWatched{
    .level = spdlog::level::warn,
    .text = "cannot watch zooid's files: changes are noticed within RELAY_SWEEP instead of at once",
    .fields = "cause",
    .meaning = "`tender check` says whether `ZOOID_CONFIG_DIR` can be read."};
inline constexpr LogMessage kRequest{
    .level = spdlog::level::debug,
    .text = "request",
    .fields = "method path result duration",
    .meaning = "One for each request to zooid. `result` is the status, or what failed."};

inline constexpr std::array kDestinations{
    &kUnusable, &kStoresNothing, &kUnusableBefore, &kUsable,          &kToldToWait,
    &kPaused,   &kPauseOver,     &kAddressChanged, &kFilesNotWatched, &kRequest};

// Webhooks.

inline constexpr LogMessage kDelivered{.level = spdlog::level::debug,
                                       .text = "webhook delivered",
                                       .fields = "trigger webhook event attempt age",
                                       .meaning = "`age` is the time since the event."};
inline constexpr LogMessage kDeliveryFailed{
    .level = spdlog::level::warn,
    .text = "webhook failed, and is tried again",
    .fields = "trigger webhook event attempt of next cause",
    .meaning = "`attempt` of `of` attempts; the next is after `next`."};
inline constexpr LogMessage kDeliveryGivenUp{
    .level = spdlog::level::warn,
    .text = "webhook given up: it waits as a dead letter",
    .fields = "trigger webhook event attempt reason cause dead_letter",
    .meaning = "Put the receiver right, then `tender dead-letter retry` delivers it."};
inline constexpr LogMessage kDeliveryDropped{
    .level = spdlog::level::info,
    .text = "webhook dropped, because its trigger is gone",
    .fields = "trigger webhook event",
    .meaning = "The trigger was deleted, or a handler of dead letters was disabled."};
inline constexpr LogMessage kDeliveryTooDeep{
    .level = spdlog::level::warn,
    .text = "webhook dropped, because too many webhooks led to its event",
    .fields = "trigger webhook event depth cause",
    .meaning =
        "Whoever gets webhooks and calls tender's API goes in circles (TRIGGER_MAX_DEPTH); "
        "`tender activity --cause` shows how."};
inline constexpr LogMessage kLetterNotTold{
    .level = spdlog::level::warn,
    .text = "a handler of dead letters could not be told of one",
    .fields = "trigger dead_letter cause",
    .meaning = "Handlers are told once. The dead letter itself says that it failed."};
inline constexpr LogMessage kTriggerGone{
    .level = spdlog::level::warn,
    .text = "trigger disabled, because its receiver wants no more webhooks (410 Gone)",
    .fields = "trigger",
    .meaning = "If that is wrong, put the receiver right and run `tender trigger enable`."};
inline constexpr LogMessage kRedriveLost{
    .level = spdlog::level::warn,
    .text = "a webhook that was to be delivered after all is gone",
    .fields = "trigger",
    .meaning = "Its trigger or its dead letter was deleted in the meantime."};

inline constexpr std::array kWebhooks{&kDelivered,       &kDeliveryFailed,  &kDeliveryGivenUp,
                                      &kDeliveryDropped, &kDeliveryTooDeep, &kLetterNotTold,
                                      &kTriggerGone,     &kRedriveLost};

// The database.

inline constexpr LogMessage kDatabaseFails{
    .level = spdlog::level::err,
    .text = "cannot use the database: nothing is lost, trying again until it works",
    .fields = "cause remedy",
    .meaning = "The disk is full, for example."};
inline constexpr LogMessage kDatabaseDamaged{
    .level = spdlog::level::err,
    .text = "the database is damaged: no work is done until the file is intact again",
    .fields = "cause remedy",
    .meaning = "Restore it from a backup."};
inline constexpr LogMessage kDatabaseWorks{.level = spdlog::level::info,
                                           .text = "the database can be written again; resuming",
                                           .fields = "",
                                           .meaning = "The end of the two states above."};
inline constexpr LogMessage kDatabaseLocked{
    .level = spdlog::level::warn,
    .text = "another program has locked the database; waiting for it, at most 5 s",
    .fields = "",
    .meaning = "If this happens often, end that program's long transactions."};
inline constexpr LogMessage kDamageUnknown{
    .level = spdlog::level::warn,
    .text = "cannot check the database for damage",
    .fields = "cause remedy",
    .meaning = "It works on; `tender check` looks for damage as well."};
inline constexpr LogMessage kOddRow{
    .level = spdlog::level::warn,
    .text = "a row breaks the rules of its table",
    .fields = "cause remedy",
    .meaning = "Another program wrote it. A harmless one is an info line."};
inline constexpr LogMessage kOddRows{
    .level = spdlog::level::warn,
    .text = "other programs wrote rows that break the rules of their tables",
    .fields = "database",
    .meaning = "`tender check` names the affected relays."};
inline constexpr LogMessage kCheckpointFails{
    .level = spdlog::level::warn,
    .text = "cannot checkpoint the database: its write-ahead log grows until it works",
    .fields = "cause remedy",
    .meaning = "Often another program keeps a long transaction open."};
inline constexpr LogMessage kCommitsNotWatched{
    .level = spdlog::level::warn,
    .text =
        "cannot watch the database: commands of other programs are noticed within a second instead "
        "of at once",
    .fields = "cause",
    .meaning =
        "Often a limit on inotify watches of the system; raise `fs.inotify.max_user_watches`."};
inline constexpr LogMessage kOffsetLost{
    .level = spdlog::level::warn,
    .text =
        "the row of table router_offset is missing or damaged: going on from the end of the "
        "activity log, and looking for relays that are not in step",
    .fields = "",
    .meaning =
        "Another program deleted it. If a `tender reconcile` has no result yet, run it again."};
inline constexpr LogMessage kOutboxMended{
    .level = spdlog::level::warn,
    .text = "table outbox has rows with impossible values; starting their work over",
    .fields = "rows",
    .meaning = "Another program wrote them."};
inline constexpr LogMessage kUnknownWork{.level = spdlog::level::warn,
                                         .text =
                                             "table outbox has work of a kind that this version of "
                                             "tender does not know; leaving it alone",
                                         .fields = "kind destination",
                                         .meaning = "A newer version may have left it."};
inline constexpr LogMessage kResultNotWritten{
    .level = spdlog::level::err,
    .text = "cannot write the result of work; doing it again later",
    .fields = "work key cause remedy",
    .meaning =
        "The result breaks a rule of the schema: another program wrote to the row, or it is a "
        "bug."};

inline constexpr std::array kDatabase{
    &kDatabaseFails, &kDatabaseDamaged, &kDatabaseWorks,   &kDatabaseLocked,    &kDamageUnknown,
    &kOddRow,        &kOddRows,         &kCheckpointFails, &kCommitsNotWatched, &kOffsetLost,
    &kOutboxMended,  &kUnknownWork,     &kResultNotWritten};

// The admin API.

inline constexpr LogMessage kAdminListens{
    .level = spdlog::level::info,
    .text = "the admin API listens",
    .fields = "address",
    .meaning = "`tender status` and `curl` can reach it there."};
inline constexpr LogMessage kAdminCannotListen{
    .level = spdlog::level::warn,
    .text = "the admin API cannot listen for now; trying again",
    .fields = "cause remedy",
    .meaning = "Often another sidecar still has the address."};
inline constexpr LogMessage kAdminStopped{
    .level = spdlog::level::err,
    .text = "the admin API stopped because of an error; the sidecar keeps working",
    .fields = "cause",
    .meaning = "A bug: please report it with this line."};
inline constexpr LogMessage kAcceptFails{
    .level = spdlog::level::warn,
    .text = "cannot accept a client, trying again every second",
    .fields = "listener cause",
    .meaning = "Usually too many files are open."};
inline constexpr LogMessage kConnectionFailed{
    .level = spdlog::level::err,
    .text = "closed a connection because of an internal error",
    .fields = "listener cause",
    .meaning = "A bug: please report it with this line."};
inline constexpr LogMessage kHandlerFailed{
    .level = spdlog::level::err,
    .text = "answered 500, because the request failed with an error",
    .fields = "request cause",
    .meaning = "If `cause` does not say what to do, it is a bug: please report it with this line."};

inline constexpr std::array kServers{&kAdminListens, &kAdminCannotListen, &kAdminStopped,
                                     &kAcceptFails,  &kConnectionFailed,  &kHandlerFailed};

struct LogGroup {
  std::string_view title;
  std::span<const LogMessage* const> messages;
};

inline constexpr std::array kGroups{
    LogGroup{.title = "The process", .messages = kProcess},
    LogGroup{.title = "Relays", .messages = kRelays},
    LogGroup{.title = "zooid and other destinations", .messages = kDestinations},
    LogGroup{.title = "Webhooks", .messages = kWebhooks},
    LogGroup{.title = "The database", .messages = kDatabase},
    LogGroup{.title = "The admin API", .messages = kServers}};

}  // namespace tender::logs
