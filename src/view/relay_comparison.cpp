#include "tender/view/relay_comparison.hpp"

#include <array>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

namespace tender::view {

nlohmann::ordered_json to_json(const infra::RelayComparison& seen) {
  constexpr std::array<std::string_view, 3> results{"as_described", "differs", "unknown"};
  const zooid::LivenessVerdict& verdict = seen.verdict;
  auto fields = nlohmann::ordered_json::array();
  for (const FieldDrift& each : verdict.drift) {
    fields.push_back(to_json(each));
  }
  if (seen.other_identity) {
    fields.push_back(to_json(FieldDrift{"identity", seen.relay.identity, verdict.identity}));
  }
  auto unsupported = nlohmann::ordered_json::array();
  for (const FieldDrift& each : verdict.unsupported) {
    unsupported.push_back(each.field);
  }
  return {{"relay_id", seen.relay.id.text},
          {"subdomain", seen.relay.subdomain},
          {"result", results.at(static_cast<std::size_t>(verdict.liveness))},
          {"reason", verdict.reason},
          {"fields", std::move(fields)},
          {"unsupported", std::move(unsupported)},
          {"identity", verdict.identity},
          {"pending", !seen.relay.synced}};
}

}  // namespace tender::view
