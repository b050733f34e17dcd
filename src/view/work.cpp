#include "tender/view/work.hpp"

#include <nlohmann/json.hpp>

namespace tender::view {

nlohmann::ordered_json to_json(const outbox::Job& job, TimePoint now) {
  return {{"kind", job.kind},
          {"relay_id", job.key},
          {"destination", job.destination},
          {"state", job.not_before <= now ? "due" : "waiting"},
          {"priority", to_string(job.priority)},
          {"attempt", job.attempt},
          {"not_before", job.not_before.time_since_epoch().count()},
          {"asked_seq", job.asked_seq},
          {"force", job.forced},
          {"recreate", job.recreate},
          {"error", job.last_error}};
}

}  // namespace tender::view
