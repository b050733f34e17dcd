// The admin API of the sidecar that works on this machine, as commands use it: at ADMIN_BIND. Each
// call blocks until there is an answer, or none came in the request's time.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tender/http/server.hpp"
#include "tender/http/transport.hpp"
#include "tender/http/url.hpp"

namespace tender::cli {

/// Where this machine reaches it: one that listens everywhere listens on loopback, too. `target`:
/// path and query.
[[nodiscard]] http::Url sidecar_url(const http::ServerAddress& bind, std::string_view target);

/// `request` is for sidecar_url().
[[nodiscard]] http::Exchange ask_sidecar(const http::ServerAddress& bind, http::Request request);

/// Why the API cannot be used from here, for people; nothing: it can. Only whoever knows that a
/// sidecar runs should ask. Waits for two seconds at most.
[[nodiscard]] std::optional<std::string> find_api_fault(const http::ServerAddress& bind);

}  // namespace tender::cli
