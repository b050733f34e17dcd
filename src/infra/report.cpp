#include "report.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tender/model/drift_detail.hpp"
#include "tender/model/sync_detail.hpp"

namespace tender::infra {
namespace {

std::string what_was_done(const CompletionDetail& detail) {
  switch (detail.result) {
    case SyncResult::created:
      return "created";
    case SyncResult::recreated:
      return "recreated with a new identity";
    case SyncResult::deleted:
      return "deleted";
    case SyncResult::updated:
      return "updated";
    case SyncResult::unchanged:
      return "unchanged, nothing sent";
    case SyncResult::unseen:
      break;
  }
  return fmt::format("unchanged, nothing sent; zooid was not seen serving it: {}",
                     printable(detail.unseen, 600));
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

// Below a second in milliseconds: nobody would believe "in 0 s", and "in 1 s" is not true.
std::string short_wait(Milliseconds wait) {
  if (wait < std::chrono::seconds(1)) {
    return fmt::format("{} ms", std::max(wait, Milliseconds::zero()).count());
  }
  return fmt::format("{} s", std::chrono::ceil<std::chrono::seconds>(wait).count());
}

}  // namespace

void report(Logger& logger, const Activity& activity, const Told& told) {
  const std::string name = printable(told.relay ? told.relay->subdomain : activity.resource_id, 80);
  const auto type = activity.relay_activity();
  if (type == ActivityType::complete_relay_sync) {
    const CompletionDetail detail = read_completion_detail(activity);
    logger.log(detail.result == SyncResult::recreated ? spdlog::level::warn : spdlog::level::info,
               "relay {}: in step at revision {} ({})", name, detail.revision,
               what_was_done(detail));
    return;
  }
  if (type == ActivityType::adopt_relay_info) {
    logger.info("relay {}: changed in zooid ({}); adopted into the row", name,
                printable(read_drift_detail(activity).reason, 600));
    return;
  }
  if (type == ActivityType::notice_relay_drift) {
    const DriftDetail detail = read_drift_detail(activity);
    const bool said = told.lost_with_many && detail.fields.empty();
    logger.log(said ? spdlog::level::debug : spdlog::level::warn,
               "relay {}: zooid no longer serves it as described: {}; {}", name,
               printable(detail.reason, 600), what_is_done(detail, told.paused));
    return;
  }
  if (type == ActivityType::notice_relay_identity) {
    const IdentityDetail detail = read_identity_detail(activity);
    logger.error(
        "relay {}: zooid now serves it with the key {} instead of {}; clients see a different "
        "relay. Restore zooid's file of the relay from a backup. If the new key is intended, run "
        "`tender relay accept-identity {}`",
        name, printable(detail.now, 80), printable(detail.first, 80), name);
    return;
  }
  if (type != ActivityType::fail_relay_sync) {
    logger.info("relay {}: {}", name, printable(activity.activity_type, 80));
    return;
  }
  const std::string error = printable(read_failure_detail(activity).error, 600);
  if (told.sync && told.sync->attempt > 0) {
    logger.warn("relay {}: sync failed ({} in a row), next try in {}: {}", name, told.sync->attempt,
                short_wait(told.sync->not_before - told.now), error);
  } else if (told.sync) {
    logger.warn("relay {}: sync failed, and a new sync was requested in the meantime: {}", name,
                error);
  } else {
    logger.warn("relay {}: given up, see `tender dead-letter list`: {}", name, error);
  }
}

}  // namespace tender::infra
