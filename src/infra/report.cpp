// What the worker tells the operator: one line for each command that it takes up and for each
// result.
#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/infra/infra.hpp"

namespace tender::infra {
namespace {

std::string what_was_done(const nlohmann::json& detail) {
  if (json_flag(detail, "created")) {
    return "created";
  }
  return json_flag(detail, "skipped") ? "unchanged, nothing sent" : "updated";
}

}  // namespace

void Infra::report(const Activity& activity, ActivityType type) {
  const auto relay = query_.get_relay(RelayId{activity.resource_id});
  const std::string name = printable(relay ? relay->subdomain : activity.resource_id, 80);
  const auto detail = parse_json(activity.detail).value_or(nlohmann::json());
  if (type == ActivityType::complete_relay_sync) {
    runtime_.logger.info("relay {}: in step at revision {} ({})", name,
                         json_integer(detail, "revision"), what_was_done(detail));
    return;
  }
  if (type != ActivityType::fail_relay_sync) {
    runtime_.logger.info("relay {}: {}", name, to_string(type));
    return;
  }
  const std::string error = printable(json_text(detail, "error"), 600);
  const auto job = outbox_.find(outbox::JobKind::relay_sync, activity.resource_id);
  if (job && job->attempt > 0) {
    const auto wait =
        std::chrono::ceil<std::chrono::seconds>(job->not_before - runtime_.clock.now());
    runtime_.logger.warn("relay {}: sync failed ({} in a row), next try in {} s: {}", name,
                         job->attempt, wait.count(), error);
  } else if (job) {
    runtime_.logger.warn("relay {}: sync of an older revision failed: {}", name, error);
  } else {
    runtime_.logger.warn("relay {}: given up, see `tender dead-letter list`: {}", name, error);
  }
}

}  // namespace tender::infra
