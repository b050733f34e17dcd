#include "tender/view/reconcile_result.hpp"

#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "tender/infra/kinds.hpp"

namespace tender::view {
namespace {

constexpr std::array<std::string_view, 9> kReconcileStates{"created", "recreated", "updated",
                                                           "deleted", "unchanged", "unseen",
                                                           "failed",  "given_up",  "waiting"};

ReconcileState state_of(SyncResult result) {
  switch (result) {
    case SyncResult::created:
      return ReconcileState::created;
    case SyncResult::recreated:
      return ReconcileState::recreated;
    case SyncResult::updated:
      return ReconcileState::updated;
    case SyncResult::deleted:
      return ReconcileState::deleted;
    case SyncResult::unchanged:
      return ReconcileState::unchanged;
    case SyncResult::unseen:
      break;
  }
  return ReconcileState::unseen;
}

}  // namespace

std::string_view to_string(ReconcileState state) {
  return kReconcileStates.at(static_cast<std::size_t>(state));
}

bool is_in_step(ReconcileState state) {
  return state == ReconcileState::created || state == ReconcileState::recreated ||
         state == ReconcileState::updated || state == ReconcileState::deleted ||
         state == ReconcileState::unchanged || state == ReconcileState::unseen;
}

bool is_host_fault(const FailureDetail& detail) {
  return detail.outcome == "host_fault" || detail.outcome == "storage_fault";
}

nlohmann::ordered_json to_json(const ReconcileResult& result) {
  return {{"relay_id", result.relay_id},
          {"subdomain", result.subdomain},
          {"result", to_string(result.state)},
          {"error", result.error}};
}

bool is_result(const Activity& activity, outbox::Outbox& outbox) {
  const auto job = outbox.find(infra::kRelaySync, activity.resource_id);
  return !job || job->attempt != 0 || job->not_before > activity.created_at;
}

ReconcileResult read_result(const Activity& activity, std::string subdomain,
                            outbox::Outbox& outbox) {
  ReconcileResult result{
      .relay_id = activity.resource_id, .subdomain = std::move(subdomain), .error = {}};
  if (activity.relay_activity() == ActivityType::fail_relay_sync) {
    const FailureDetail detail = read_failure_detail(activity);
    result.state = outbox.find(infra::kRelaySync, activity.resource_id) ? ReconcileState::failed
                                                                        : ReconcileState::given_up;
    result.error = detail.error;
    result.host_fault = is_host_fault(detail);
  } else {
    const CompletionDetail detail = read_completion_detail(activity);
    result.state = state_of(detail.result);
    result.error = detail.unseen;
  }
  return result;
}

}  // namespace tender::view
