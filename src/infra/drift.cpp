#include "drift.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "tender/model/relay_fields.hpp"
#include "tender/model/sent_info.hpp"

namespace tender::infra {
namespace {

// The field of the row that it is about; null: what the row describes otherwise, or not at all.
const RelayField* field_of(const FieldDrift& drift) {
  const auto fields = relay_fields();
  const auto found = std::ranges::find(fields, drift.field, &RelayField::column);
  return found == fields.end() ? nullptr : &*found;
}

// What zooid shows, as a value of that field. zooid's file may leave out what is false.
nlohmann::json observed_value(const RelayField& field, const Relay& row, const FieldDrift& drift) {
  if (!field_value(field, row).is_boolean()) {
    return drift.observed;
  }
  const bool known = drift.observed == "true" || drift.observed == "false";
  return known || drift.observed.empty() ? nlohmann::json(drift.observed == "true")
                                         : nlohmann::json(drift.observed);
}

bool is_allowed(const Relay& relay) {
  return validate(relay, Standing::taken).empty();
}

// Once zooid was seen to serve what it took last, it will not show anything older, unless an
// earlier request may still arrive.
bool is_somebody_elses(const Relay& row, const RelayField& field, const FieldDrift& drift) {
  if (row.doubt_until) {
    return false;
  }
  return row.live == true || is_left_different(row) ||
         SentInfo(row.info_sent).is_foreign(field, drift.observed);
}

}  // namespace

config::RelayDrift drift_policy(const Relay& row, const config::Env& env) {
  return config::parse_relay_drift(row.drift).value_or(env.relay_drift);
}

bool is_left_different(const Relay& row) {
  return row.live == false && row.live_pushes == 0;
}

bool is_adopted(const RelayField& field, const Relay& row, config::RelayDrift policy) {
  switch (policy) {
    case config::RelayDrift::automatic:
      return field.owner_edits && row.management_enabled;
    case config::RelayDrift::adopt:
      return true;
    case config::RelayDrift::enforce:
    case config::RelayDrift::report:
      break;
  }
  return false;
}

DriftDecision decide_drift(const Relay& row, const std::vector<FieldDrift>& shown,
                           config::RelayDrift policy) {
  DriftDecision decision{.adopted = row, .enforce = shown.empty()};
  for (const FieldDrift& drift : shown) {
    const RelayField* field = field_of(drift);
    if (field == nullptr || field->fixed || !is_adopted(*field, row, policy) ||
        !is_somebody_elses(row, *field, drift)) {
      decision.left.push_back(drift);
      decision.enforce = true;
      continue;
    }
    Relay adopted = decision.adopted;
    if (set_field_value(*field, observed_value(*field, row, drift), adopted) &&
        is_allowed(adopted)) {
      decision.adopted = std::move(adopted);
      decision.taken.push_back(drift);
    } else {
      decision.left.push_back(drift);
      decision.refused = true;
    }
  }
  decision.enforce = decision.enforce && policy != config::RelayDrift::report;
  return decision;
}

std::vector<std::string> spared_fields(const Relay& row, config::RelayDrift policy) {
  std::vector<std::string> spared;
  if (row.doubt_until || row.synced_digest.empty() || row.live == false) {
    return spared;  // zooid may hold, or show, an older value of ours
  }
  const SentInfo sent(row.info_sent);
  for (const RelayField& field : relay_fields()) {
    if (field.owner_edits && is_adopted(field, row, policy) && sent.is_newest(field, row)) {
      spared.emplace_back(field.column);
    }
  }
  return spared;
}

}  // namespace tender::infra
