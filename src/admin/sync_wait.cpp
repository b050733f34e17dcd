#include "sync_wait.hpp"

#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/config/duration.hpp"
#include "tender/infra/kinds.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/store/activity_cursor.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/view/relay.hpp"

#include "bad_request.hpp"
#include "json_body.hpp"
#include "problem.hpp"

namespace tender::admin {
namespace {

constexpr std::chrono::seconds kLongestWait{60};

ReconcileDetail read_wanted(const std::string& body) {
  ReconcileDetail wanted;
  if (body.empty()) {
    return wanted;
  }
  const nlohmann::json json =
      read_object(body, {{"force", MemberType::flag}, {"recreate", MemberType::flag}},
                  "send no body; or {\"force\": true} to send also what did not change; or "
                  "{\"recreate\": true} to "
                  "create a relay that zooid has lost, with a new identity");
  wanted.recreate = json_flag(json, "recreate");
  wanted.forced = wanted.recreate || json_flag(json, "force");
  return wanted;
}

bool is_outcome(const Activity& activity) {
  const auto type = activity.relay_activity();
  return type == ActivityType::complete_relay_sync || type == ActivityType::fail_relay_sync;
}

// The newest state of a wait: a result, if there is one in what the cursor has not read yet.
std::optional<view::ReconcileResult> read_on(store::ActivityCursor& cursor, const Relay& relay,
                                             outbox::Outbox& outbox) {
  for (auto rows = cursor.next(); !rows.empty(); rows = cursor.next()) {
    for (const Activity& row : rows) {
      if (row.resource_id == relay.id.text && is_outcome(row) && view::is_result(row, outbox)) {
        return view::read_result(row, relay.subdomain, outbox);
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Milliseconds> read_wait(const http::ServerRequest& request) {
  const auto text = request.parameter("wait");
  if (!text) {
    return std::nullopt;
  }
  const auto wait = config::parse_duration(*text);
  if (!wait || *wait <= Milliseconds::zero() || *wait > kLongestWait) {
    throw BadRequest("wait is not a duration of up to a minute",
                     "give it with its unit, like wait=10s");
  }
  return wait;
}

http::Response ask_for_sync(const Call& call) {
  const ReconcileDetail wanted = read_wanted(call.request.body);
  const Relay relay = view::require_relay(call.desk.sidecar.query(), call.segment("relay"));
  call.command().reconcile_relay(relay, wanted);
  view::ReconcileResult result{
      .relay_id = relay.id.text, .subdomain = relay.subdomain, .error = {}};
  if (store::PauseTable(call.desk.sidecar.database()).find(call.desk.clock.now())) {
    result.error = "tender is paused: see GET /v1/status";
  } else {
    const auto zooid = outbox::read_destination_state(call.desk.sidecar.database(), infra::kZooid);
    result.error = zooid.failing_since ? zooid.reason : std::string();
  }
  return json_response(202, view::to_json(result));
}

boost::asio::awaitable<std::optional<view::ReconcileResult>> wait_for_sync(
    service::Sidecar& sidecar, Clock& clock, RelayId id, std::int64_t seq, Milliseconds patience) {
  const SteadyTime deadline = clock.steady() + patience;  // whatever the wall clock is set to
  auto news = sidecar.activities().subscribe();
  store::ActivityCursor cursor(sidecar.query(), seq);
  outbox::Outbox outbox(sidecar.database());
  const std::optional<Relay> relay = sidecar.query().get_relay(id);
  std::optional<view::ReconcileResult> result;
  if (!relay || store::PauseTable(sidecar.database()).find(clock.now())) {
    co_return result;
  }
  bool waits = true;
  while (waits) {
    result = read_on(cursor, *relay, outbox);
    const Milliseconds left = deadline - clock.steady();
    waits = !result && !news.closed() && left > Milliseconds::zero();
    if (waits) {
      const TimePoint until = clock.now() + left;
      co_await news.skip_until(until);
    }
  }
  co_return result;
}

}  // namespace tender::admin
