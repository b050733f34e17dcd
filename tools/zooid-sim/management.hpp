// A relay's own management API (NIP-86), by which its owner and those who may manage it rename it:
// changerelayname, changerelaydescription and changerelayicon. As zooid does it, the change goes
// into the config that is loaded, and the whole of that is written to the file: what the API wrote
// since and the watcher has not loaded yet is lost.
#pragma once

#include <string>

#include "tender/base/clock.hpp"

#include "zooid-sim/config_store.hpp"
#include "zooid-sim/wire.hpp"

namespace zooid_sim {

/// Whether the request is for the management API of the relay whose host it names.
[[nodiscard]] bool is_management_call(const Request& request);

/// The answer of the relay `id`, which is served as `loaded` says: 200 whatever comes of it, with
/// `result` or `error`. The token is NIP-98 for `wss://HOST`, with the body's hash.
[[nodiscard]] Answer answer_management(const Request& request, const std::string& id,
                                       const Config& loaded, ConfigStore& store,
                                       tender::TimePoint now);

}  // namespace zooid_sim
