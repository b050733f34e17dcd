#include "sidecar_members.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/store/database_lock.hpp"

#include "sidecar_api.hpp"

namespace tender::cli {
namespace {

constexpr Milliseconds kOwnTime{2000};  // for the sidecar, beside what zooid takes

bool is_key(const nlohmann::json& value) {
  std::array<std::uint8_t, 32> bytes;
  return value.is_string() && nostr::from_hex(value.get_ref<const std::string&>(), bytes);
}

// What the sidecar has heard from zooid (admin::answer_members). Nothing: it has not asked, so that
// the address may belong to another program, or to a sidecar that is for others.
std::optional<infra::MemberList> read_answer(const http::Response& response) {
  const auto json = parse_json(response.body);
  if (!json || !json->is_object()) {
    return std::nullopt;
  }
  infra::MemberList list;
  if (response.status == 200) {
    const auto members = json->find("members");
    if (members == json->end() || !members->is_array() || !std::ranges::all_of(*members, is_key)) {
      return std::nullopt;
    }
    list.members = members->get<std::vector<std::string>>();
    return list;
  }
  const auto status = infra::parse_member_status(json_text(*json, "zooid"));
  if (!status) {
    return std::nullopt;
  }
  list.status = *status;
  list.reason = json_text(*json, "detail");
  return list;
}

}  // namespace

std::optional<infra::MemberList> members_of_sidecar(const config::Env& env, StoreSession& session,
                                                    const RelayId& id) {
  if (!env.admin.bind || !store::DatabaseLock::holder(session.database.path())) {
    return std::nullopt;
  }
  const http::Url url = sidecar_url(*env.admin.bind, fmt::format("/v1/relays/{}/members", id.text));
  http::Request request(http::Method::get, url);
  request.timeout = env.zooid_api_timeout * static_cast<int>(env.zooid_api_urls.size()) + kOwnTime;
  const std::string signed_url = env.admin.public_url(url.target()).value_or(url.text());
  request.headers.push_back(
      {"Authorization", env.make_auth(session.random, session.clock.now(), signed_url, "GET", "")});
  const http::Exchange exchange = ask_sidecar(*env.admin.bind, std::move(request));
  const auto* const response = std::get_if<http::Response>(&exchange.result);
  return response == nullptr ? std::nullopt : read_answer(*response);
}

}  // namespace tender::cli
