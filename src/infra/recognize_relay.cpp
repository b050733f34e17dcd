#include "tender/infra/recognize_relay.hpp"

#include <fmt/format.h>

namespace tender::infra {

void recognize_relay(const store::Query& query, const Relay& relay,
                     const std::optional<zooid::ConfigFile>& file,
                     zooid::LivenessVerdict& verdict) {
  if (file && file->identity == verdict.identity) {
    return;
  }
  const auto other = query.get_other_relay_of_identity(relay, verdict.identity);
  if (!other) {
    return;
  }
  verdict = {.liveness = zooid::Liveness::wrong,
             .reason = fmt::format("zooid serves relay {} at its host, or the files of both have "
                                   "the same secret",
                                   other->subdomain),
             .lagging = true};
}

}  // namespace tender::infra
