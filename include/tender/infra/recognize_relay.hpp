// Whether a look has shown the relay that it was meant for. Used by all who look.
#pragma once

#include "tender/model/relay.hpp"
#include "tender/store/query.hpp"
#include "tender/zooid/liveness.hpp"

namespace tender::infra {

/// Discards what the look at `relay` has shown of another relay of ours, and says so in `verdict`,
/// which is `lagging` then: until zooid has loaded what it took, it can still serve the relay that
/// had the host before. True when it did. Blocks as Database says; throws StoreError.
bool recognize_relay(const store::Query& query, const Relay& relay,
                     zooid::LivenessVerdict& verdict);

}  // namespace tender::infra
