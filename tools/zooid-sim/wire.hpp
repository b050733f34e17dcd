// HTTP as the sim's parts see it, and the forms of its answers. Values and pure functions.
#pragma once

#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tender/http/reply.hpp"
#include "tender/http/server_request.hpp"

namespace zooid_sim {

using Request = tender::http::ServerRequest;
using Answer = tender::http::Response;
using Reply = tender::http::Reply;

[[nodiscard]] Answer json_answer(int status, const nlohmann::json& body);

/// `{"error": text}`, as every failure of zooid's API is told.
[[nodiscard]] Answer error_answer(int status, std::string_view text);

/// The plain 404 of a Go server, which is not the API's JSON error.
[[nodiscard]] Answer plain_not_found();

}  // namespace zooid_sim
