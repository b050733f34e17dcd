// Whether a look has shown the relay that it was meant for. Used by all who look.
#pragma once

#include <optional>

#include "tender/model/relay.hpp"
#include "tender/store/query.hpp"
#include "tender/zooid/config_file.hpp"
#include "tender/zooid/liveness.hpp"

namespace tender::infra {

/// Discards what the document of `relay` has shown of another relay of ours: until zooid has loaded
/// what it took, it can still serve the relay that had the host before. `verdict` is `wrong` and
/// `lagging` then. Not when zooid's `file` of the relay has the same secret, as a copied file does;
/// nothing: not known. Blocks as Database says; throws StoreError.
void recognize_relay(const store::Query& query, const Relay& relay,
                     const std::optional<zooid::ConfigFile>& file, zooid::LivenessVerdict& verdict);

}  // namespace tender::infra
