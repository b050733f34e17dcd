// What a fault makes of an answer on its way to the wire. Pure functions.
#pragma once

#include "zooid-sim/faults.hpp"
#include "zooid-sim/wire.hpp"

namespace zooid_sim {

/// What the connection is to carry in place of `normal`.
[[nodiscard]] Reply spoil(const Fault& fault, Answer normal, tender::TimePoint date);

/// The status that the client will see; 0 when it will see none.
[[nodiscard]] int shown_status(const Fault& fault, const Answer& normal);

}  // namespace zooid_sim
