// Compares what zooid's file of a relay holds with what tender would send, value by value: with the
// body of an update (update_body), so that whatever is sent is compared. Credentials are compared
// in memory; of them it is only told that they differ. Pure functions.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tender/config/env.hpp"
#include "tender/model/drift_detail.hpp"
#include "tender/model/relay.hpp"
#include "tender/zooid/config_file.hpp"

namespace tender::zooid {

struct FileComparison {
  /// By column where the row has one, else by the place in the config: "host",
  /// "blossom.s3.bucket".
  std::vector<FieldDrift> differences{};
  /// Fields that are desired and that this zooid does not have: it drops them without a word.
  std::vector<FieldDrift> unsupported{};

  [[nodiscard]] bool same() const { return differences.empty(); }
};

/// `file` must be whole. `taken_at`: when the sync completed that zooid took last; nothing: it
/// took none. A field that newer zooids always write is unsupported when the file was written by
/// that sync or later and has no field of their generation at all.
[[nodiscard]] FileComparison compare(const Relay& relay, const config::Env& env,
                                     const ConfigFile& file, std::optional<TimePoint> taken_at);

/// The differences for people, on one line; empty: none.
[[nodiscard]] std::string describe(const FileComparison& comparison);

/// What the file says about roles and an update of `relay` says nothing about: it is left alone.
/// Places in the config ("roles.moderator.can_manage").
[[nodiscard]] std::vector<std::string> unsaid_roles(const Relay& relay, const config::Env& env,
                                                    const ConfigFile& file);

/// Whether the field of that name in FileComparison comes from BLOSSOM_S3_* or LIVEKIT_*.
[[nodiscard]] bool is_of_environment(std::string_view field);

}  // namespace tender::zooid
