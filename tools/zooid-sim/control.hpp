// The control API: how tests in another process and the demo set faults and look inside
// (docs/zooid-sim.md). JSON over HTTP on a port of its own, without authentication: loopback only.
#pragma once

#include <memory>

#include "tender/http/routes.hpp"

#include "zooid-sim/core.hpp"

namespace zooid_sim {

/// Its routes. They keep `core`.
[[nodiscard]] tender::http::Routes control_routes(std::shared_ptr<Core> core);

}  // namespace zooid_sim
