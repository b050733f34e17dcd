// Reading JSON that somebody else wrote. nlohmann/json 3.11.2 overflows the stack on deeply nested
// input, so everything foreign is parsed here, with caps.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace tender {

inline constexpr int kMaxJsonDepth = 32;

/// The document that `text` holds, or nothing: not JSON, over `max_bytes`, or nested deeper than
/// kMaxJsonDepth arrays and objects.
[[nodiscard]] std::optional<nlohmann::json> parse_json(std::string_view text,
                                                       std::size_t max_bytes = 1 << 20);

/// The document as JSON on one line. Invalid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_line(const nlohmann::json& document);
/// The same, with the members in their order.
[[nodiscard]] std::string ordered_json_line(const nlohmann::ordered_json& document);

// A member of `object`, or the zero value when it is absent or of another type: for documents whose
// writer may be any program, where a strange member must not stop the reader.
[[nodiscard]] bool json_flag(const nlohmann::json& object, std::string_view name);
[[nodiscard]] std::int64_t json_integer(const nlohmann::json& object, std::string_view name);
[[nodiscard]] std::string json_text(const nlohmann::json& object, std::string_view name);

}  // namespace tender
