// The members of a relay through the admin API of the sidecar that runs, so that many commands at
// the same time share one request to zooid.
#pragma once

#include <optional>

#include "tender/config/env.hpp"
#include "tender/infra/members.hpp"
#include "tender/model/relay.hpp"

#include "store_session.hpp"

namespace tender::cli {

/// Nothing: no sidecar runs on the database, or it has no admin API that this command can reach and
/// use; then zooid is to be asked directly. What the sidecar has heard from zooid counts otherwise,
/// also when it is no list. Signs with the robot's key, whose owner may read there. Takes as long
/// as one request to each address of zooid at most.
[[nodiscard]] std::optional<infra::MemberList> members_of_sidecar(const config::Env& env,
                                                                  StoreSession& session,
                                                                  const RelayId& id);

}  // namespace tender::cli
