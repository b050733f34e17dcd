// Finds out whether zooid can write and read its files, with a relay that belongs to nobody, so
// that its key may be lost. zooid truncates a relay's file before it writes it: on a full volume
// each update destroys the relay that it is about, so none that people use may be tried.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "tender/base/random.hpp"
#include "tender/config/env.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/outcome.hpp"

namespace tender::zooid {

/// The id of the scratch relay; its host is below `.invalid` (RFC 2606), so that nobody else has
/// it.
inline constexpr const char* kScratchRelay = "tender-scratch";

/// Creates the scratch relay, inactive and 64 KiB large, changes it, which makes zooid read back
/// what it wrote, and deletes it. Done when all three worked, else what the first that failed
/// means. What it left behind is deleted, now or by the next attempt. Takes at most six requests.
/// The arguments must outlive it.
boost::asio::awaitable<Verdict> try_scratch_relay(Client& client, const config::Env& env,
                                                  Random& random, const Clock& clock);

}  // namespace tender::zooid
