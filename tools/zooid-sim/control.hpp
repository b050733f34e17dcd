// The control API: how tests in another process and the demo set faults and look inside
// (docs/zooid-sim.md). JSON over HTTP on a port of its own, without authentication: loopback only.
#pragma once

#include "zooid-sim/core.hpp"
#include "zooid-sim/wire.hpp"

namespace zooid_sim {

[[nodiscard]] Answer answer_control(Core& core, const Request& request);

}  // namespace zooid_sim
