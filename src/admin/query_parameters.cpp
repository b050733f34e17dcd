#include "query_parameters.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "tender/base/log.hpp"
#include "tender/base/nearest.hpp"

#include "bad_request.hpp"

namespace tender::admin {
namespace {

constexpr std::size_t kSlip = 2;        // edits between what was written and what was meant
constexpr std::size_t kShownName = 60;  // bytes in a message

struct RouteParameters {
  std::string_view route;
  std::array<std::string_view, 6> names;  // the rest is empty
};

constexpr std::array kRouteParameters{
    RouteParameters{"GET /readyz", {"verbose"}},
    RouteParameters{"GET /v1/relays", {"limit", "cursor", "status", "state", "tenant", "search"}},
    RouteParameters{"POST /v1/relays/{relay}/sync", {"wait"}},
    RouteParameters{"GET /v1/activity", {"limit", "after", "relay"}},
    RouteParameters{"GET /v1/outbox", {"limit", "cursor"}},
    RouteParameters{"GET /v1/events", {"after", "relay"}},
    RouteParameters{"GET /v1/dead-letters", {"limit", "cursor", "all"}},
    RouteParameters{"GET /v1/schedules", {"limit", "cursor", "all"}}};

std::string remedy_for(const std::string& name, std::span<const std::string_view> names) {
  const std::vector<std::string> known(names.begin(), names.end());
  if (known.empty()) {
    return "this route has no parameters: leave out the query";
  }
  const std::string meant = nearest(name.substr(0, kShownName), known, kSlip);
  return meant.empty() ? fmt::format("this route has {}", fmt::join(known, ", "))
                       : fmt::format("did you mean {}?", meant);
}

}  // namespace

std::span<const std::string_view> query_parameters(std::string_view route) {
  const auto* const found = std::ranges::find(kRouteParameters, route, &RouteParameters::route);
  if (found == kRouteParameters.end()) {
    return {};
  }
  return {found->names.begin(), std::ranges::find(found->names, std::string_view())};
}

void require_known_parameters(std::string_view route, const http::ServerRequest& request) {
  if (route.find(" /v1/") == std::string_view::npos) {
    return;
  }
  const auto given = request.parameter_names();
  if (!given) {
    throw BadRequest("the query is not that of a URL",
                     "percent-encode what is neither a letter nor a digit");
  }
  const auto names = query_parameters(route);
  for (auto each = given->begin(); each != given->end(); ++each) {
    if (std::ranges::find(names, *each) == names.end()) {
      throw BadRequest(
          fmt::format("the query has an unknown parameter \"{}\"", printable(*each, kShownName)),
          remedy_for(*each, names));
    }
    if (std::find(given->begin(), each, *each) != each) {
      throw BadRequest(fmt::format("the query has {} twice", *each), "give it once");
    }
  }
}

}  // namespace tender::admin
