#include "tender/infra/members.hpp"

#include <optional>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/nostr/hex.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::infra {
namespace {

using Status = MemberList::Status;
using zooid::Outcome;

std::optional<std::vector<std::string>> parse_members(const std::string& body) {
  const auto json = parse_json(body);
  if (!json || !json->is_object() || !json->contains("members") || !(*json)["members"].is_array()) {
    return std::nullopt;
  }
  std::vector<std::string> members;
  for (const auto& member : (*json)["members"]) {
    nostr::Bytes32 bytes{};
    if (!member.is_string() || !nostr::from_hex(member.get<std::string>(), bytes)) {
      return std::nullopt;
    }
    members.push_back(member.get<std::string>());
  }
  return members;
}

Status status_of(const http::Exchange& exchange, Outcome outcome) {
  if (outcome == Outcome::not_found) {
    return Status::unknown_relay;
  }
  if (outcome == Outcome::unsupported) {
    return Status::unsupported;
  }
  if (outcome == Outcome::host_fault) {
    return Status::unreachable;
  }
  if (const auto* failure = std::get_if<http::Failure>(&exchange.result)) {
    return failure->fault == http::Fault::closed ? Status::unreachable : Status::garbage;
  }
  return std::get<http::Response>(exchange.result).status < 300 ? Status::garbage : Status::failed;
}

}  // namespace

boost::asio::awaitable<MemberList> fetch_members(zooid::Client& client, const Clock& clock,
                                                 RelayId id) {
  std::string path = zooid::relay_path(id) + "/members";
  const http::Exchange exchange =
      co_await client.request(http::Method::get, std::move(path), std::string());
  const zooid::Verdict verdict = zooid::judge(exchange, http::Method::get, clock.now());
  MemberList list;
  if (verdict.outcome != Outcome::done) {
    list.status = status_of(exchange, verdict.outcome);
    list.reason = verdict.reason;
    co_return list;
  }
  auto members = parse_members(std::get<http::Response>(exchange.result).body);
  if (!members) {
    list.status = Status::garbage;
    list.reason =
        "zooid answered 200 with something that is not a list of public keys; check that "
        "ZOOID_API_URL is zooid's API";
    co_return list;
  }
  list.members = std::move(*members);
  co_return list;
}

}  // namespace tender::infra
