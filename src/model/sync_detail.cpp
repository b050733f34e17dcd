#include "tender/model/sync_detail.hpp"

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"

namespace tender {
namespace {

nlohmann::json detail_of(const Activity& activity) {
  return parse_json(activity.detail).value_or(nlohmann::json());
}

}  // namespace

std::string to_text(const ReconcileDetail& detail) {
  return json_line(
      {{"forced", detail.forced}, {"recreate", detail.recreate}, {"bulk", detail.bulk}});
}

std::string to_text(const CompletionDetail& detail) {
  nlohmann::json json = {
      {"revision", detail.revision},
      {"created", detail.result == SyncResult::created || detail.result == SyncResult::recreated},
      {"skipped", detail.skipped()}};
  if (detail.result == SyncResult::recreated) {
    json["recreated"] = true;
  }
  if (detail.result == SyncResult::deleted) {
    json["deleted"] = true;
  }
  if (detail.result == SyncResult::unseen) {
    json["unseen"] = detail.unseen;
  }
  return json_line(json);
}

std::string to_text(const FailureDetail& detail) {
  nlohmann::json json = {
      {"revision", detail.revision}, {"error", detail.error}, {"outcome", detail.outcome}};
  if (detail.superseded) {
    json["superseded"] = true;
  }
  return json_line(json);
}

std::string to_text(const ImportDetail& detail) {
  return json_line({{"revision", detail.revision}, {"identity", detail.identity}});
}

ReconcileDetail read_reconcile_detail(const Activity& activity) {
  const auto json = detail_of(activity);
  return {.forced = json_flag(json, "forced"),
          .recreate = json_flag(json, "recreate"),
          .bulk = json_flag(json, "bulk")};
}

CompletionDetail read_completion_detail(const Activity& activity) {
  const auto json = detail_of(activity);
  CompletionDetail detail;
  detail.revision = json_integer(json, "revision");
  if (json_flag(json, "deleted")) {
    detail.result = SyncResult::deleted;
  } else if (json_flag(json, "created")) {
    detail.result = json_flag(json, "recreated") ? SyncResult::recreated : SyncResult::created;
  } else if (json_flag(json, "skipped")) {
    detail.unseen = json_text(json, "unseen");
    detail.result = detail.unseen.empty() ? SyncResult::unchanged : SyncResult::unseen;
  }
  return detail;
}

FailureDetail read_failure_detail(const Activity& activity) {
  const auto json = detail_of(activity);
  return {.revision = json_integer(json, "revision"),
          .error = json_text(json, "error"),
          .outcome = json_text(json, "outcome"),
          .superseded = json_flag(json, "superseded")};
}

}  // namespace tender
