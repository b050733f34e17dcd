#include "tender/infra/recognize_relay.hpp"

#include <fmt/format.h>

namespace tender::infra {

bool recognize_relay(const store::Query& query, const Relay& relay,
                     zooid::LivenessVerdict& verdict) {
  const auto other = query.get_other_relay_of_identity(relay, verdict.identity);
  if (!other) {
    return false;
  }
  verdict = {.liveness = zooid::Liveness::wrong,
             .reason = fmt::format("zooid serves relay {} at its host", other->subdomain),
             .lagging = true};
  return true;
}

}  // namespace tender::infra
