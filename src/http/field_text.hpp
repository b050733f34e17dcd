// Header fields as text: names without case, and which names and values may go out. Pure functions.
#pragma once

#include <string_view>
#include <vector>

#include "tender/http/transport.hpp"

namespace tender::http {

/// Whether both are the same name of a header field (RFC 9110, 5.1).
[[nodiscard]] bool same_field_name(std::string_view a, std::string_view b);

/// The first header of that name; null when there is none. Valid as long as `headers`.
[[nodiscard]] const Header* find_header(const std::vector<Header>& headers, std::string_view name);

/// Whether `text` is a field value: no control character but the tab, above all no line end
/// (RFC 9110, 5.5).
[[nodiscard]] bool is_field_value(std::string_view text);

/// Throws std::invalid_argument when the header could change a message's framing: a name that is
/// not a token, a control character in its value, or a name that only this room sets (Host,
/// Content-Length, Connection, Transfer-Encoding). The message never holds the value, which may be
/// a credential.
void check_outgoing(const Header& header);

}  // namespace tender::http
