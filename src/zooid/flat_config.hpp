// A config object as a flat list of its values, so that two can be compared value by value. Pure
// functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tender::zooid {

/// Each value that is not an object with members, by its JSON pointer (RFC 6901), as JSON. Invalid
/// UTF-8 becomes U+FFFD.
[[nodiscard]] std::map<std::string, std::string, std::less<>> flatten(
    const nlohmann::json& document);

/// Whether a credential of S3 or LiveKit is kept at that place: never shown.
[[nodiscard]] bool is_credential(std::string_view pointer);

/// A value of flatten() for people: a text without its quotes, anything else as it is.
[[nodiscard]] std::string shown_value(std::string_view json);

}  // namespace tender::zooid
