// The details of activities that say how a relay in zooid differs from its row: of
// adopt_relay_info, notice_relay_drift, notice_relay_identity and accept_relay_identity. As in
// sync_detail.hpp, their JSON keys are spelled once, and readers bear with what other programs
// wrote.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "tender/model/activity.hpp"

namespace tender {

/// One field that zooid shows otherwise than the row has it.
struct FieldDrift {
  std::string field;  // its column: RelayField
  std::string desired;
  std::string observed;
  friend bool operator==(const FieldDrift&, const FieldDrift&) = default;
};

[[nodiscard]] nlohmann::ordered_json to_json(const FieldDrift& drift);

/// The differences for people, on one line: `info_name "b" instead of "a"`, each after `shown_by`
/// ("it shows"); empty: none.
[[nodiscard]] std::string describe(std::span<const FieldDrift> differences,
                                   std::string_view shown_by);

/// What tender does about a drift.
enum class DriftAnswer : std::uint8_t {
  enforce,  // sends what the row says
  adopt,    // takes what zooid shows into the row
  report,   // only says so
};
[[nodiscard]] std::string_view to_string(DriftAnswer answer);

/// Of adopt_relay_info and notice_relay_drift.
struct DriftDetail {
  std::int64_t revision = 0;  // of the row: after the adoption, or that zooid had
  DriftAnswer answer = DriftAnswer::report;
  std::string reason{};              // for people
  std::vector<FieldDrift> fields{};  // empty: the relay is absent, or served although inactive
  bool refused = false;              // a field has a value that a row may not have
};

/// Of notice_relay_identity and accept_relay_identity.
struct IdentityDetail {
  std::string first;  // public keys, 64 lowercase hex
  std::string now;
};

[[nodiscard]] std::string to_text(const DriftDetail& detail);
[[nodiscard]] std::string to_text(const IdentityDetail& detail);

[[nodiscard]] DriftDetail read_drift_detail(const Activity& activity);
[[nodiscard]] IdentityDetail read_identity_detail(const Activity& activity);

}  // namespace tender
