#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "tender/base/number.hpp"
#include "tender/nostr/keys.hpp"
#include "tender/view/relay.hpp"

#include "bad_request.hpp"
#include "problem.hpp"
#include "relay_body.hpp"
#include "routes.hpp"

namespace tender::admin {
namespace {

view::RelayView view_of(const Call& call) {
  return {call.desk.sidecar.database(),
          view::seen_since(call.desk.clock.now(), call.desk.env.relay_sweep),
          call.desk.env.relay_domain};
}

Relay named(const Call& call) {
  return view::require_relay(call.desk.sidecar.query(), call.segment("relay"));
}

http::Response answer_with(const Call& call, int status, const Relay& relay) {
  const auto now = call.desk.sidecar.query().get_relay(relay.id).value_or(relay);
  return json_response(status, view_of(call).to_json(now));
}

store::RelayFilter filter_of(const Call& call) {
  store::RelayFilter filter;
  if (const auto status = call.request.parameter("status")) {
    if (!parse_relay_status(*status)) {
      throw BadRequest("status is unknown", "give active, inactive, delinquent or deleted");
    }
    filter.status = *status;
  }
  if (const auto tenant = call.request.parameter("tenant")) {
    try {
      filter.tenant = nostr::PublicKey::parse(*tenant).hex();
    } catch (const nostr::InvalidKey& error) {
      throw BadRequest(fmt::format("tenant is {}", error.what()),
                       "give a public key as 64 hex characters, npub1… or nprofile1…");
    }
  }
  filter.search = call.request.parameter("search").value_or("");
  return filter;
}

// A cursor is the age of the last relay of a page, and its id.
store::RelayPage page_of(const Call& call) {
  store::RelayPage page{.limit = call.page_size()};
  if (const auto cursor = call.request.parameter("cursor")) {
    const auto dot = cursor->find('.');
    const auto age = parse_integer(std::string_view(*cursor).substr(0, dot));
    if (dot == std::string::npos || !age) {
      throw BadRequest("the cursor is not valid for this list", "begin again without a cursor");
    }
    page.created_at = *age;
    page.id = RelayId{cursor->substr(dot + 1)};
  }
  return page;
}

std::optional<view::SyncState> state_of(const Call& call) {
  const auto name = call.request.parameter("state");
  const auto state = name ? view::parse_sync_state(*name) : std::nullopt;
  if (name && !state) {
    std::vector<std::string> known;
    std::ranges::transform(view::sync_states(), std::back_inserter(known), view::to_json_name);
    throw BadRequest("state is unknown", fmt::format("give one of {}", fmt::join(known, ", ")));
  }
  return state;
}

// The loop stands still while rows are read, and the state of each may take a statement of its own:
// a page that finds too little among so many rows ends, and the next one goes on.
constexpr int kMostRead = 2000;

http::Response list_relays(const Call& call) {
  store::RelayPage page = page_of(call);
  const auto state = state_of(call);
  const store::RelayFilter filter =
      state ? view::narrowed(filter_of(call), *state) : filter_of(call);
  const view::RelayView view = view_of(call);
  auto found = call.desk.sidecar.query().next_relays_matching(
      filter, page, kMostRead,
      [&](const Relay& relay) { return !state || view.state(relay) == *state; });
  nlohmann::ordered_json body{{"relays", nlohmann::ordered_json::array()},
                              {"next_cursor", nullptr}};
  if (found.more) {
    body["next_cursor"] = fmt::format("{}.{}", page.created_at, page.id.text);
  }
  for (Relay& relay : found.relays) {
    body["relays"].push_back(view.to_json(std::move(relay)));
  }
  return json_response(200, body);
}

http::Response show(const Call& call) {
  return json_response(200, view_of(call).to_json(named(call)));
}

http::Response create(const Call& call) {
  const RelayChange change = parse_relay_body(call.request.body).change_of(Relay());
  view::refuse_reserved_subdomain(change, call.desk.env.reserved_subdomains);
  const Relay relay = call.command().create_relay(change);
  http::Response response = answer_with(call, 201, relay);
  response.headers.push_back({"Location", fmt::format("/v1/relays/{}", relay.id.text)});
  return response;
}

http::Response update(const Call& call) {
  const RelayBody body = parse_relay_body(call.request.body);
  const Relay before = named(call);
  if (body.fields == 0) {
    throw BadRequest("the body names no field, so nothing would change",
                     "name the fields that are to change, with their new values");
  }
  const RelayChange change = body.change_of(before);
  view::refuse_reserved_subdomain(change, call.desk.env.reserved_subdomains);
  return answer_with(call, 200, call.command().update_relay(before.id, change));
}

http::Response activate(const Call& call) {
  return answer_with(call, 200, call.command().activate_relay(named(call).id));
}

http::Response deactivate(const Call& call) {
  return answer_with(call, 200, call.command().deactivate_relay(named(call).id));
}

http::Response delete_relay(const Call& call) {
  return answer_with(call, 202, call.command().delete_relay(named(call).id));
}

constexpr std::array kRelayRoutes{
    AdminRoute{"GET", "/v1/relays", list_relays},
    AdminRoute{"POST", "/v1/relays", create},
    AdminRoute{"GET", "/v1/relays/{relay}", show},
    AdminRoute{"PATCH", "/v1/relays/{relay}", update},
    AdminRoute{"DELETE", "/v1/relays/{relay}", delete_relay},
    AdminRoute{"POST", "/v1/relays/{relay}/activate", activate},
    AdminRoute{"POST", "/v1/relays/{relay}/deactivate", deactivate},
};

}  // namespace

std::span<const AdminRoute> relay_routes() {
  return kRelayRoutes;
}

}  // namespace tender::admin
