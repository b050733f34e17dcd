#include <array>
#include <string>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/outbox/outbox.hpp"
#include "tender/view/work.hpp"

#include "bad_request.hpp"
#include "problem.hpp"
#include "routes.hpp"

namespace tender::admin {
namespace {

// In the order of kind and key. A cursor has both.
http::Response list_work(const Call& call) {
  const int limit = call.page_size();
  const std::string cursor = call.request.parameter("cursor").value_or(".");
  const auto dot = cursor.find('.');
  if (dot == std::string::npos) {
    throw BadRequest("the cursor is not valid for this list", "begin again without a cursor");
  }
  const auto jobs = outbox::Outbox(call.desk.sidecar.database())
                        .list(cursor.substr(0, dot), cursor.substr(dot + 1), limit);
  nlohmann::ordered_json body{{"work", nlohmann::ordered_json::array()}, {"next_cursor", nullptr}};
  for (const outbox::Job& job : jobs) {
    body["work"].push_back(view::to_json(job, call.desk.clock.now()));
  }
  if (static_cast<int>(jobs.size()) == limit) {
    body["next_cursor"] = fmt::format("{}.{}", jobs.back().kind, jobs.back().key);
  }
  return json_response(200, body);
}

constexpr std::array kWorkRoutes{AdminRoute{"GET", "/v1/outbox", list_work}};

}  // namespace

std::span<const AdminRoute> work_routes() {
  return kWorkRoutes;
}

}  // namespace tender::admin
