// The activity log as server-sent events: what comes after an activity that the client has had, and
// then what is new. It is read from the log itself, so nothing is missed however slow the client
// is, unless it was pruned meanwhile: then an event `lagged` says so. On the one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "tender/http/reply.hpp"
#include "tender/http/server_request.hpp"
#include "tender/model/relay.hpp"
#include "tender/service/sidecar.hpp"

namespace tender::admin {

struct EventStart {
  std::optional<std::int64_t> after;  // seq of the last one that the client has had; nothing: now
  std::optional<RelayId> relay;       // only its activities
};

/// `Last-Event-ID`, or else `after` of the query, and `relay`. Throws BadRequest and NoSuchRelay.
[[nodiscard]] EventStart start_of_events(const http::ServerRequest& request,
                                         const store::Query& query);

/// An answer without end, which keeps `kept` as long as it lasts. It borrows sidecar and clock, and
/// ends when the sidecar stops, or when the database cannot be read; a client comes back with the
/// id of the last event that it has had.
[[nodiscard]] http::Stream stream_events(service::Sidecar& sidecar, Clock& clock, EventStart start,
                                         std::shared_ptr<void> kept);

}  // namespace tender::admin
