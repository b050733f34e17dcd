// One life: a database, a worker that is started, killed and started again, other programs, and a
// zooid behind a bad network, all from one seed. First the faults, then quiet, then what a person
// does to put things right, and quiet again.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "simulation/trace.hpp"

namespace tender::simulation {

/// Lives the life of `seed` to its end, or to the first rule that is broken.
[[nodiscard]] Trace live(std::uint64_t seed);

}  // namespace tender::simulation
