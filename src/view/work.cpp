#include "tender/view/work.hpp"

#include <array>
#include <string_view>

#include <nlohmann/json.hpp>

namespace tender::view {

nlohmann::ordered_json to_json(const outbox::Job& job, TimePoint now) {
  constexpr std::array<std::string_view, 3> priorities{"urgent", "normal", "bulk"};
  return {{"kind", job.kind},
          {"relay_id", job.key},
          {"destination", job.destination},
          {"state", job.not_before <= now ? "due" : "waiting"},
          {"priority", priorities.at(static_cast<std::size_t>(job.priority))},
          {"attempt", job.attempt},
          {"not_before", job.not_before.time_since_epoch().count()},
          {"asked_seq", job.asked_seq},
          {"force", job.forced},
          {"recreate", job.recreate},
          {"error", job.last_error}};
}

}  // namespace tender::view
