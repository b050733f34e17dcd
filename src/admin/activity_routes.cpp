#include <array>
#include <optional>

#include <nlohmann/json.hpp>

#include "tender/base/number.hpp"
#include "tender/view/relay.hpp"

#include "bad_request.hpp"
#include "problem.hpp"
#include "routes.hpp"

namespace tender::admin {
namespace {

// In the order of the log, after the activity `after`; without it, the newest.
http::Response list_activity(const Call& call) {
  const int limit = call.page_size();
  const store::Query query = call.desk.sidecar.query();
  std::optional<RelayId> relay;
  if (const auto name = call.request.parameter("relay")) {
    relay = view::require_relay(query, *name).id;
  }
  const auto after = call.request.parameter("after");
  const auto seq = after ? parse_integer(*after) : std::nullopt;
  if (after && (!seq || *seq < 0)) {
    throw BadRequest("after is not the number (seq) of an activity", "give 0 or more");
  }
  const auto rows = seq ? query.list_activity({.after_seq = *seq, .relay = relay, .limit = limit})
                        : query.list_latest_activity(relay, limit);
  nlohmann::ordered_json body{{"activity", nlohmann::ordered_json::array()}};
  for (const Activity& row : rows) {
    body["activity"].push_back(to_json(row));
  }
  body["last_seq"] = rows.empty() ? seq.value_or(0) : rows.back().seq;
  return json_response(200, body);
}

constexpr std::array kActivityRoutes{AdminRoute{"GET", "/v1/activity", list_activity}};

}  // namespace

std::span<const AdminRoute> activity_routes() {
  return kActivityRoutes;
}

}  // namespace tender::admin
