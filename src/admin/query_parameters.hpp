// The parameters in the query of each route, in one table: what is not in it is refused, so that a
// slip (`?stat=held`) is told instead of answered with the whole list. docs/openapi.yaml describes
// them. Pure functions.
#pragma once

#include <span>
#include <string_view>

#include "tender/http/server_request.hpp"

namespace tender::admin {

/// Those of the route, which is named as http::Routes names it ("GET /v1/relays"). Many have none.
[[nodiscard]] std::span<const std::string_view> query_parameters(std::string_view route);

/// Throws BadRequest for a parameter that the route does not have, and for one that is there twice.
/// Only under /v1/: load balancers and scrapers add parameters of their own to the other routes.
void require_known_parameters(std::string_view route, const http::ServerRequest& request);

}  // namespace tender::admin
