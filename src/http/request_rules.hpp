// What a request's header fields and target must be so that nobody can read the message in another
// way. Pure functions over what Beast has parsed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/http/transport.hpp"

namespace tender::http {

/// How the Host, Content-Length and Transfer-Encoding fields of a request break RFC 9112 (3.2, 6.1
/// to 6.3): "names its Host twice"; nothing when they do not. Beast takes all of these.
/// `version` is 10 or 11.
[[nodiscard]] std::optional<std::string> framing_fault(const std::vector<Header>& headers,
                                                       int version);

/// Whether `target` is a path with or without a query (RFC 9112, 3.2.1), percent-encoded as
/// RFC 3986 asks for.
[[nodiscard]] bool is_origin_form(std::string_view target);

}  // namespace tender::http
