// A request as it goes over the wire, in one piece so that it leaves in one write (and in one TLS
// record when it fits).
#pragma once

#include <string>

#include "tender/http/transport.hpp"

namespace tender::http {

/// Request line, headers and body (RFC 9112). Throws std::invalid_argument when the caller's
/// headers could change the message's framing: see Client::exchange.
[[nodiscard]] std::string request_text(const Request& request);

}  // namespace tender::http
