#include "zooid-sim/journal.hpp"

#include <nlohmann/json.hpp>

namespace zooid_sim {
namespace {

constexpr std::size_t kLimit = 10'000;

}  // namespace

std::string_view to_string(Stage stage) {
  switch (stage) {
    case Stage::received:
      return "received";
    case Stage::applied:
      return "applied";
    case Stage::answered:
      return "answered";
    case Stage::dropped:
      break;
  }
  return "dropped";
}

nlohmann::json to_json(const RequestEvent& event) {
  return {{"seq", event.seq},
          {"time_ms", event.time.time_since_epoch().count()},
          {"method", event.method},
          {"host", event.host},
          {"path", event.path},
          {"relay", event.relay},
          {"pubkey", event.pubkey},
          {"body", event.body},
          {"fault", event.fault},
          {"status", event.status},
          {"stage", to_string(event.stage)},
          {"applied", event.applied}};
}

void Journal::put(const RequestEvent& event) {
  events_[event.seq] = event;
  if (events_.size() > kLimit) {
    events_.erase(events_.begin());
  }
}

}  // namespace zooid_sim
