// What the worker tells the operator: one line for each command that it takes up and for each
// result.
#include <algorithm>

#include <fmt/format.h>

#include "tender/infra/infra.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/model/sync_detail.hpp"

namespace tender::infra {
namespace {

std::string what_was_done(const CompletionDetail& detail) {
  switch (detail.result) {
    case SyncResult::created:
      return "created";
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

// Below a second in milliseconds: nobody would believe "in 0 s", and "in 1 s" is not true.
std::string short_wait(Milliseconds wait) {
  if (wait < std::chrono::seconds(1)) {
    return fmt::format("{} ms", std::max(wait, Milliseconds::zero()).count());
  }
  return fmt::format("{} s", std::chrono::ceil<std::chrono::seconds>(wait).count());
}

}  // namespace

void Infra::report(const Activity& activity, ActivityType type) {
  const auto relay = query_.get_relay(RelayId{activity.resource_id});
  const std::string name = printable(relay ? relay->subdomain : activity.resource_id, 80);
  if (type == ActivityType::complete_relay_sync) {
    const CompletionDetail detail = read_completion_detail(activity);
    runtime_.logger.info("relay {}: in step at revision {} ({})", name, detail.revision,
                         what_was_done(detail));
    return;
  }
  if (type != ActivityType::fail_relay_sync) {
    runtime_.logger.info("relay {}: {}", name, to_string(type));
    return;
  }
  const std::string error = printable(read_failure_detail(activity).error, 600);
  const auto job = outbox_.find(kRelaySync, activity.resource_id);
  if (job && job->attempt > 0) {
    runtime_.logger.warn("relay {}: sync failed ({} in a row), next try in {}: {}", name,
                         job->attempt, short_wait(job->not_before - runtime_.clock.now()), error);
  } else if (job) {
    runtime_.logger.warn("relay {}: sync of an older revision failed: {}", name, error);
  } else {
    runtime_.logger.warn("relay {}: given up, see `tender dead-letter list`: {}", name, error);
  }
}

}  // namespace tender::infra
