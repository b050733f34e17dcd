#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/base/number.hpp"
#include "tender/store/schedule_table.hpp"
#include "tender/view/schedule.hpp"

#include "bad_request.hpp"
#include "problem.hpp"
#include "routes.hpp"

namespace tender::admin {
namespace {

// By their ids, those that wait; with `all=true` also those that have ended.
http::Response list_schedules(const Call& call) {
  const int limit = call.page_size();
  const auto cursor = call.request.parameter("cursor");
  const auto after = cursor ? parse_integer(*cursor) : std::optional<std::int64_t>(0);
  if (!after || *after < 0) {
    throw BadRequest("the cursor is not valid for this list", "begin again without a cursor");
  }
  const std::string all = call.request.parameter("all").value_or("false");
  if (all != "true" && all != "false") {
    throw BadRequest("all is neither true nor false",
                     "give all=true for those that have ended, too");
  }
  const auto schedules =
      store::ScheduleTable(call.desk.sidecar.database()).list(all == "true", *after, limit);
  nlohmann::ordered_json body{{"schedules", nlohmann::ordered_json::array()},
                              {"next_cursor", nullptr}};
  for (const Schedule& schedule : schedules) {
    body["schedules"].push_back(view::to_json(schedule, call.desk.sidecar.query()));
  }
  if (static_cast<int>(schedules.size()) == limit) {
    body["next_cursor"] = std::to_string(schedules.back().id);
  }
  return json_response(200, body);
}

http::Response cancel(const Call& call) {
  const std::int64_t id = parse_integer(call.segment("schedule")).value_or(0);  // none has 0
  const store::ScheduleTable table(call.desk.sidecar.database());
  const auto schedule = table.find(id);
  if (!schedule) {
    throw store::NoSuchSchedule(id);
  }
  if (schedule->state != ScheduleState::waiting) {
    throw Changed(fmt::format("schedule {} is {} already", id, to_string(schedule->state)),
                  "see GET /v1/schedules for those that wait");
  }
  call.command().cancel_schedule(id);
  return json_response(
      200, view::to_json(table.find(id).value_or(*schedule), call.desk.sidecar.query()));
}

constexpr std::array kScheduleRoutes{AdminRoute{"GET", "/v1/schedules", list_schedules},
                                     AdminRoute{"DELETE", "/v1/schedules/{schedule}", cancel}};

}  // namespace

std::span<const AdminRoute> schedule_routes() {
  return kScheduleRoutes;
}

}  // namespace tender::admin
