// The commands that change no relay: they are recorded for whoever reads the log, or concern tender
// itself.
#include <algorithm>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/utc_time.hpp"
#include "tender/store/command.hpp"
#include "tender/store/database.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/store/query.hpp"
#include "tender/store/transaction.hpp"

namespace tender::store {

void Command::record_purge(const RelayId& id, const std::string& host, const std::string& schema,
                           std::string_view result) {
  Transaction transaction(*database_);
  add_activity(kPurgeStranger, "", kRelayResource, id.text,
               ordered_json_line({{"host", host}, {"schema", schema}, {"result", result}}));
  transaction.commit();
}

// Of a relay that has a row; else empty.
std::string Command::tenant_of(std::string_view resource_type, const std::string& id) const {
  const bool of_relay = resource_type == kRelayResource;
  const auto relay = of_relay ? Query(*database_).get_relay(RelayId{id}) : std::nullopt;
  return relay ? relay->tenant : std::string();
}

void Command::record_discard(std::int64_t letter, std::string_view resource_type,
                             const std::string& resource_id, const std::string& reason) {
  Transaction transaction(*database_);
  add_activity(
      kDiscardDeadLetter, tenant_of(resource_type, resource_id), resource_type, resource_id,
      ordered_json_line(nlohmann::ordered_json{{"dead_letter", letter}, {"reason", reason}}));
  transaction.commit();
}

void Command::record_dead_letter(const GivenUp& work) {
  Transaction transaction(*database_);
  add_activity(kAddDeadLetter, tenant_of(work.resource_type, work.resource_id), work.resource_type,
               work.resource_id,
               ordered_json_line(nlohmann::ordered_json{{"dead_letter", work.letter},
                                                        {"reason", work.reason},
                                                        {"error", work.error},
                                                        {"attempt", work.attempt}}));
  transaction.commit();
}

void Command::record_trigger(std::string_view type, const std::string& trigger,
                             const std::string& detail) {
  Transaction transaction(*database_);
  add_activity(type, "", kTriggerResource, trigger, detail);
  transaction.commit();
}

void Command::record_abandoned(const RelayId& id, std::int64_t asked_seq, std::string_view result) {
  Transaction transaction(*database_);
  const auto relay = Query(*database_).get_relay(id);
  add_activity(
      kAbandonExecution, relay ? relay->tenant : "", kRelayResource, id.text,
      ordered_json_line(nlohmann::ordered_json{{"asked_seq", asked_seq}, {"result", result}}));
  transaction.commit();
}

SyncPause Command::pause_sync(std::optional<TimePoint> until, const std::string& reason) {
  constexpr std::size_t longest = 500;
  Transaction transaction(*database_);  // first, because it may have to wait for another program
  const TimePoint now = clock_->now();
  if (until && *until <= now) {
    throw CommandError(fmt::format("{} has passed", format_time(*until)),
                       fmt::format("give a time in the future; it is {} now", format_time(now)));
  }
  if (reason.size() > longest) {
    throw CommandError(fmt::format("the reason has {} bytes", reason.size()),
                       fmt::format("give at most {}", longest));
  }
  PauseTable table(*database_);
  SyncPause pause = table.find(now).value_or(SyncPause{.since = now});
  pause.since = std::min(pause.since, now);  // the clock may have been set back
  pause.until = until;
  pause.reason = reason;
  table.put(pause);
  nlohmann::ordered_json detail{{"until", nullptr}, {"reason", reason}};
  if (until) {
    detail["until"] = until->time_since_epoch().count();
  }
  add_activity(kPauseSync, "", kTenderResource, "", ordered_json_line(detail));
  transaction.commit();
  return pause;
}

bool Command::resume_sync() {
  Transaction transaction(*database_);
  PauseTable table(*database_);
  const bool is_paused = table.find(clock_->now()).has_value();
  if (is_paused) {
    table.remove();
    add_activity(kResumeSync, "", kTenderResource, "", "{}");
  }
  transaction.commit();  // also of nothing: it may be a part of another one
  return is_paused;
}

}  // namespace tender::store
