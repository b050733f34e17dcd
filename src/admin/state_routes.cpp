#include <array>
#include <cstdint>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/view/relay.hpp"
#include "tender/view/status.hpp"

#include "bad_request.hpp"
#include "problem.hpp"
#include "routes.hpp"

namespace tender::admin {
namespace {

// Without a survey of zooid's config directory, which takes its time with many relays.
http::Response status(const Call& call) {
  Desk& desk = call.desk;
  const TimePoint now = desk.clock.now();
  view::Snapshot snapshot = view::take_snapshot(desk.sidecar.database(), now,
                                                view::seen_since(now, desk.env.relay_sweep));
  snapshot.reported =
      desk.sidecar.query().count_reported_drift(desk.env.relay_drift == config::RelayDrift::report);
  return json_response(200, view::to_json(snapshot));
}

bool is_time(const nlohmann::json& value) {
  return value.is_number_integer() &&
         (!value.is_number_unsigned() ||
          value.get<std::uint64_t>() <=
              static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()));
}

nlohmann::json body_of(const Call& call) {
  if (call.request.body.empty()) {
    return nlohmann::json::object();
  }
  const auto json = parse_json(call.request.body);
  if (!json || !json->is_object()) {
    throw BadRequest("the body is not a JSON object", "send {\"until\": TIME, \"reason\": TEXT}");
  }
  for (const auto& [name, value] : json->items()) {
    const bool fits = (name == "until" && (is_time(value) || value.is_null())) ||
                      (name == "reason" && value.is_string());
    if (!fits) {
      throw BadRequest(fmt::format("\"{}\" is not a member that a pause has, or of another type",
                                   printable(name, 60)),
                       "send {\"until\": milliseconds since 1970 or null, \"reason\": text}");
    }
  }
  return *json;
}

http::Response pause(const Call& call) {
  const nlohmann::json body = body_of(call);
  std::optional<TimePoint> until;
  if (const auto found = body.find("until"); found != body.end() && !found->is_null()) {
    until = TimePoint(Milliseconds(found->get<std::int64_t>()));
  }
  const store::SyncPause pause = call.command().pause_sync(until, json_text(body, "reason"));
  nlohmann::ordered_json answer{{"since", pause.since.time_since_epoch().count()},
                                {"until", nullptr},
                                {"reason", pause.reason},
                                {"quiet", pause.quiet}};
  if (pause.until) {
    answer["until"] = pause.until->time_since_epoch().count();
  }
  return json_response(200, {{"pause", std::move(answer)}});
}

http::Response resume(const Call& call) {
  static_cast<void>(call.command().resume_sync());
  return json_response(200, {{"pause", nullptr}});
}

constexpr std::array kStateRoutes{AdminRoute{"GET", "/v1/status", status},
                                  AdminRoute{"PUT", "/v1/pause", pause},
                                  AdminRoute{"DELETE", "/v1/pause", resume}};

}  // namespace

std::span<const AdminRoute> state_routes() {
  return kStateRoutes;
}

}  // namespace tender::admin
