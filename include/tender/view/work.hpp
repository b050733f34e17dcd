// Work in the outbox as programs are shown it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "tender/base/clock.hpp"
#include "tender/outbox/job.hpp"

namespace tender::view {

/// snake_case, times as integer milliseconds UTC. `state` is `due` or `waiting` at `now`; what is
/// under way is `due`.
[[nodiscard]] nlohmann::ordered_json to_json(const outbox::Job& job, TimePoint now);

}  // namespace tender::view
