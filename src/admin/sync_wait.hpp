// A sync that somebody asks for through the admin API and waits for. It goes through the outbox
// like all work, so that the same limits hold for it; whoever waits hears of its first result, and
// what is to be tried again is tried without them. On the one thread.
#pragma once

#include <optional>

#include <boost/asio/awaitable.hpp>

#include "tender/http/transport.hpp"
#include "tender/service/sidecar.hpp"
#include "tender/view/reconcile_result.hpp"

#include "routes.hpp"

namespace tender::admin {

/// How long to wait: `wait` of the query, up to a minute; nothing when it is not given. Throws
/// BadRequest.
[[nodiscard]] std::optional<Milliseconds> read_wait(const http::ServerRequest& request);

/// Asks for the sync of the relay in the path: 202, with the result `waiting`. The body may say
/// `force` and `recreate`. Throws BadRequest, NoSuchRelay.
[[nodiscard]] http::Response ask_for_sync(const Call& call);

/// The first result of the relay after the activity `seq`, which asked for it; nothing when there
/// is none for that long, in a pause, or when the sidecar stops. Sidecar and clock must outlive it.
/// Throws StoreError.
boost::asio::awaitable<std::optional<view::ReconcileResult>> wait_for_sync(
    service::Sidecar& sidecar, Clock& clock, RelayId relay, std::int64_t seq,
    Milliseconds patience);

}  // namespace tender::admin
