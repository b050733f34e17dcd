// What is done about a relay that zooid shows differently from its row (RELAY_DRIFT). The rules are
// in docs/how-it-decides.md. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "tender/config/env.hpp"
#include "tender/model/drift_detail.hpp"
#include "tender/model/relay.hpp"
#include "tender/model/relay_fields.hpp"

namespace tender::infra {

/// The relay's own answer, or RELAY_DRIFT's.
[[nodiscard]] config::RelayDrift drift_policy(const Relay& row, const config::Env& env);

/// Whether zooid was seen to serve something else than the row, and nothing was sent since. Then it
/// is no older state of ours that it has yet to load.
[[nodiscard]] bool is_left_different(const Relay& row);

struct DriftDecision {
  Relay adopted;                    // the row, with what is taken over from zooid
  std::vector<FieldDrift> taken{};  // those fields
  std::vector<FieldDrift> left{};   // those that differ still
  bool refused = false;             // somebody gave one of these a value that a row may not have
  bool enforce = false;             // send the row, because others differ, or it is absent
};

/// `row` is the relay as it is now, `shown` what a look has found to differ; empty when zooid does
/// not serve it. A value is taken over only if somebody else wrote it, not while zooid has yet to
/// load what tender sent (SentInfo), and only if a row may have it. An owner's value that a row may
/// not have is not taken over, and nothing is sent because of it alone.
[[nodiscard]] DriftDecision decide_drift(const Relay& row, const std::vector<FieldDrift>& shown,
                                         config::RelayDrift policy);

/// Whether a relay's owner may change that field in zooid, and tender takes it over then: a sync
/// need not repeat it.
[[nodiscard]] bool is_adopted(const RelayField& field, const Relay& row, config::RelayDrift policy);

/// The columns of which a sync of `row` says nothing, unless it is forced: zooid took these values
/// last, so that only somebody else can have changed them since, and that is not undone.
[[nodiscard]] std::vector<std::string> spared_fields(const Relay& row, config::RelayDrift policy);

}  // namespace tender::infra
