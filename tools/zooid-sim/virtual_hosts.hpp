// The relays' own hosts, on the same port as the API: a relay answers where the Host header is its
// own, with its NIP-11 document. No websocket: nothing here is a nostr relay.
#pragma once

#include "zooid-sim/watcher.hpp"
#include "zooid-sim/wire.hpp"

namespace zooid_sim {

/// The NIP-11 document of the relay with that host, when the watcher serves it and the request is
/// GET / with `Accept: application/nostr+json`; else a plain 404.
[[nodiscard]] Answer answer_virtual_host(const Request& request, const Watcher& watcher);

}  // namespace zooid_sim
