// Decides whether a relay that zooid has can be taken over into a row, and what that row says: for
// `tender import`. A relay that a row cannot express as it is must be left alone, because the next
// sync would change it. Pure functions.
#pragma once

#include <string>
#include <vector>

#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"
#include "tender/zooid/config_file.hpp"

namespace tender::infra {

struct RelayImport {
  Relay relay{};          // as the file describes it, with its identity
  std::string digest{};   // of the body that describes it; empty: see `overwritten`
  std::string refusal{};  // why it cannot be a row, and what to do; empty: it can
  // Fields in which the file differs from BLOSSOM_S3_* and LIVEKIT_*: the next sync sends those.
  std::vector<std::string> overwritten{};
};

[[nodiscard]] RelayImport plan_import(const zooid::ConfigFile& file, const config::Env& env);

/// The subdomain that a host has below RELAY_DOMAIN; empty when it is not below it.
[[nodiscard]] std::string subdomain_of(const std::string& host, const config::Env& env);

}  // namespace tender::infra
