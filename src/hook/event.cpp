#include "tender/hook/event.hpp"

#include <nlohmann/json.hpp>

#include "tender/base/json.hpp"
#include "tender/base/utc_time.hpp"

namespace tender::hook {

std::string event_body(const Activity& activity) {
  nlohmann::ordered_json data = to_json(activity);
  if (!data["detail"].is_object()) {
    data["detail"] = nlohmann::ordered_json::object();
  }
  return ordered_json_line({{"type", activity.activity_type},
                            {"timestamp", format_precise_time(activity.created_at)},
                            {"data", std::move(data)}});
}

}  // namespace tender::hook
