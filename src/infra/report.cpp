#include "report.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "tender/base/log_messages.hpp"
#include "tender/model/drift_detail.hpp"
#include "tender/model/sync_detail.hpp"

namespace tender::infra {
namespace {

std::string_view what_was_done(SyncResult result) {
  switch (result) {
    case SyncResult::created:
      return "created";
    case SyncResult::recreated:
      return "recreated";
    case SyncResult::deleted:
      return "deleted";
    case SyncResult::updated:
      return "updated";
    case SyncResult::unchanged:
      return "unchanged";
    case SyncResult::unseen:
      break;
  }
  return "unseen";
}

std::string_view what_is_done(const DriftDetail& detail, bool paused) {
  if (detail.answer == DriftAnswer::report) {
    return detail.refused
               ? "doing nothing, because a row may not have this value; correct it in "
                 "zooid, or send the row's value with `tender reconcile RELAY --force`"
               : "doing nothing, as RELAY_DRIFT or the relay's own answer (--drift) says";
  }
  if (paused) {
    return "doing nothing until the pause is over";
  }
  return detail.fields.empty() ? "looking again before it is sent again" : "sending it again";
}

class Line {
 public:
  Line(Logger& logger, const Activity& activity, const Told& told)
      : logger_(logger),
        activity_(activity),
        told_(told),
        fields_{{"relay", activity.resource_id},
                {"subdomain", told.relay ? told.relay->subdomain : ""}} {}

  void completed() {
    const CompletionDetail detail = read_completion_detail(activity_);
    if (detail.result == SyncResult::recreated) {
      write(logs::kRecreated, {{"revision", detail.revision}});
    } else {
      write(logs::kInStep, {{"revision", detail.revision},
                            {"result", what_was_done(detail.result)},
                            {"cause", detail.unseen}});
    }
  }

  void adopted() { write(logs::kAdopted, {{"cause", read_drift_detail(activity_).reason}}); }

  void drifted() {
    const DriftDetail detail = read_drift_detail(activity_);
    if (told_.lost_with_many && detail.fields.empty()) {
      level_ = spdlog::level::debug;  // a line for all of them has said so
    }
    write(logs::kDrift, {{"cause", detail.reason}, {"action", what_is_done(detail, told_.paused)}});
  }

  void new_key() {
    const IdentityDetail detail = read_identity_detail(activity_);
    write(logs::kNewKey, {{"key", detail.now}, {"first_key", detail.first}});
  }

  void failed() {
    const std::string cause = read_failure_detail(activity_).error;
    if (told_.sync && told_.sync->attempt > 0) {
      const Milliseconds next = told_.sync->not_before - told_.now;
      write(logs::kSyncFailed, {{"attempt", told_.sync->attempt},
                                {"of", told_.retries},
                                {"next", std::max(next, Milliseconds::zero())},
                                {"cause", cause}});
    } else {
      write(told_.sync ? logs::kSyncFailedMeanwhile : logs::kGivenUp, {{"cause", cause}});
    }
  }

  void taken_up() {
    write(logs::kCommand,
          {{"activity", activity_.activity_type}, {"principal", activity_.principal}});
  }

 private:
  void write(const LogMessage& message, std::vector<LogField> fields) {
    fields_.insert(fields_.end(), std::make_move_iterator(fields.begin()),
                   std::make_move_iterator(fields.end()));
    write_log_fields(logger_, level_.value_or(message.level), message, fields_);
  }

  Logger& logger_;
  const Activity& activity_;
  const Told& told_;
  std::vector<LogField> fields_;
  std::optional<spdlog::level::level_enum> level_;  // where it is not the message's
};

}  // namespace

void report(Logger& logger, const Activity& activity, const Told& told) {
  Line line(logger, activity, told);
  const auto type = activity.relay_activity();
  if (type == ActivityType::complete_relay_sync) {
    line.completed();
  } else if (type == ActivityType::adopt_relay_info) {
    line.adopted();
  } else if (type == ActivityType::notice_relay_drift) {
    line.drifted();
  } else if (type == ActivityType::notice_relay_identity) {
    line.new_key();
  } else if (type == ActivityType::fail_relay_sync) {
    line.failed();
  } else {
    line.taken_up();
  }
}

}  // namespace tender::infra
