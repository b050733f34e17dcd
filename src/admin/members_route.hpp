// GET /v1/relays/{relay}/members: who is a member, as zooid says at this moment.
#pragma once

#include "tender/http/transport.hpp"
#include "tender/infra/members.hpp"

namespace tender::admin {

/// The answer to the request. Pure.
[[nodiscard]] http::Response answer_members(const infra::MemberList& list);

}  // namespace tender::admin
