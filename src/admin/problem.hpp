// The answers of the admin API: JSON, and problem documents (RFC 9457) where something is wrong.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tender/http/transport.hpp"

namespace tender::admin {

/// `body` as application/json.
[[nodiscard]] http::Response json_response(int status, const nlohmann::ordered_json& body);

/// `detail` says what is wrong with this request, `remedy` what to do; empty: nothing is known.
[[nodiscard]] http::Response problem(int status, std::string_view detail,
                                     std::string_view remedy = {});

/// The exception that a handler has thrown, as the answer to its request. Rethrows what is none of
/// tender's errors.
[[nodiscard]] http::Response problem_of_current_exception();

}  // namespace tender::admin
