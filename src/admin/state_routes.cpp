#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/view/relay.hpp"
#include "tender/view/status.hpp"

#include "json_body.hpp"
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

http::Response pause(const Call& call) {
  const std::string& text = call.request.body;
  const nlohmann::json body = read_object(
      text.empty() ? "{}" : text, {{"until", MemberType::time}, {"reason", MemberType::text}},
      "send {\"until\": milliseconds since 1970 or null, \"reason\": text}, or no body");
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
