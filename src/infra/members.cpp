#include "tender/infra/members.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::infra {
namespace {

using Status = MemberList::Status;
using zooid::Outcome;

// In the order of Status.
constexpr std::array<std::string_view, 7> kStatusNames{
    "ok", "busy", "unknown_relay", "unsupported", "unreachable", "failed", "garbage"};

// Of an answer that was found valid.
std::vector<std::string> read_members(const std::string& body) {
  const auto json = parse_json(body);
  return json ? json->at("members").get<std::vector<std::string>>() : std::vector<std::string>();
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

MemberList explain(const fetch::Error& error, TimePoint now) {
  MemberList list;
  if (error.exchange) {
    const zooid::Verdict verdict = zooid::judge(*error.exchange, http::Method::get, now);
    list.status = status_of(*error.exchange, verdict.outcome);
    list.reason = verdict.reason;
    if (verdict.outcome == Outcome::done) {
      list.reason = error.detail + "; check that ZOOID_API_URL is zooid's API";
    }
  } else if (error.kind == fetch::ErrorKind::stopped) {
    list.status = Status::failed;
    list.reason = error.detail;
  } else {
    list.status = Status::busy;
    list.reason = error.detail + "; try again later, or raise MEMBERS_REQUESTS_MAX";
  }
  return list;
}

}  // namespace

std::string_view to_string(MemberList::Status status) {
  return kStatusNames.at(static_cast<std::size_t>(status));
}

std::optional<MemberList::Status> parse_member_status(std::string_view name) {
  const auto found = std::ranges::find(kStatusNames, name);
  return found == kStatusNames.end()
             ? std::nullopt
             : std::optional(static_cast<MemberList::Status>(found - kStatusNames.begin()));
}

boost::asio::awaitable<MemberList> fetch_members(zooid::Reader& reader, const Clock& clock,
                                                 RelayId id) {
  const fetch::Result result = co_await reader.members(std::move(id));
  MemberList list;
  if (const auto* outcome = std::get_if<fetch::Outcome>(&result.value)) {
    list.members = read_members(*outcome->bytes);
  } else {
    list = explain(std::get<fetch::Error>(result.value), clock.now());
  }
  co_return list;
}

}  // namespace tender::infra
