#include "tender/infra/compare_relay.hpp"

#include <utility>

#include <fmt/format.h>

#include "tender/infra/recognize_relay.hpp"

namespace tender::infra {
namespace {

using zooid::Liveness;

bool is_off_in_zooid(const Relay& relay) {
  return relay.synced_revision && relay.status != RelayStatus::active &&
         relay.status != RelayStatus::deleted;
}

void compare_identity(RelayComparison& seen) {
  const Relay& relay = seen.relay;
  zooid::LivenessVerdict& verdict = seen.verdict;
  if (relay.identity.empty() || verdict.identity.empty() || verdict.identity == relay.identity) {
    return;
  }
  seen.other_identity = true;
  if (verdict.liveness == Liveness::as_described) {
    verdict.liveness = Liveness::wrong;
  }
  verdict.reason += fmt::format(
      "{}it has another identity than at first; run `tender relay accept-identity {}` if that is "
      "right",
      verdict.reason.empty() ? "" : ", ", relay.subdomain);
}

}  // namespace

RelayComparison compare_relay(const store::Query& query, const config::Env& env, Relay relay,
                              const http::Exchange* look, const std::optional<FilesSeen>& files) {
  std::optional<zooid::LivenessVerdict> shown;
  if (look != nullptr) {
    shown = zooid::judge_liveness(*look, relay);
    recognize_relay(query, relay, files ? files->after : std::nullopt, *shown);
  }
  if (files) {
    shown = zooid::judge_with_file(std::move(shown), relay, env, files->before, files->after,
                                   query.find_last_sync(relay.id));
  }
  RelayComparison seen{.relay = std::move(relay),
                       .verdict = std::move(shown).value_or(zooid::LivenessVerdict())};
  const bool has_file = files && (files->before || files->after);
  if (files && !has_file && seen.verdict.identity.empty() && is_off_in_zooid(seen.relay)) {
    seen.verdict = {.liveness = Liveness::wrong, .reason = "zooid's file of it is gone"};
    seen.file_is_gone = true;
  }
  seen.absent = seen.verdict.drift.empty() && seen.verdict.liveness != Liveness::as_described;
  compare_identity(seen);
  return seen;
}

}  // namespace tender::infra
