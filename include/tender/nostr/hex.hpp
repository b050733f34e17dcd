// Lowercase hex, as nostr writes ids, keys and signatures (NIP-01). Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tender::nostr {

[[nodiscard]] std::string to_hex(std::span<const std::uint8_t> bytes);

/// The bytes, or nothing when the length is odd or a character is not [0-9a-f] (NIP-01: lowercase
/// only).
[[nodiscard]] std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

/// Like from_hex, for exactly out.size() bytes; false (and `out` undefined) when `text` does not
/// fit.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> out);

}  // namespace tender::nostr
