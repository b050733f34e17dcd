// The answers of the admin API: JSON, and problem documents (RFC 9457) where something is wrong.
// Pure functions.
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "tender/http/transport.hpp"
#include "tender/infra/members.hpp"

namespace tender::admin {

/// `body` as application/json.
[[nodiscard]] http::Response json_response(int status, const nlohmann::ordered_json& body);

/// `detail` says what is wrong with this request, `remedy` what to do; empty: nothing is known.
[[nodiscard]] http::Response problem(int status, std::string_view detail,
                                     std::string_view remedy = {});

/// The same with 401, and how to authenticate.
[[nodiscard]] http::Response unauthorized(std::string_view detail, std::string_view remedy = {});

/// The same, when zooid was asked for members and gave none: `zooid` names how that went, so that
/// the command line can say it as if it had asked itself.
[[nodiscard]] http::Response problem_of_zooid(int status, const infra::MemberList& list,
                                              std::string_view remedy = {});

/// The exception that a handler has thrown, as the answer to its request. Rethrows what is none of
/// tender's errors.
[[nodiscard]] http::Response problem_of_current_exception();

}  // namespace tender::admin
