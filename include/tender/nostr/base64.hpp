// Standard base64 with padding (RFC 4648, section 4), as NIP-98 and Standard Webhooks want it. Pure
// functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tender::nostr {

[[nodiscard]] std::string to_base64(std::string_view bytes);

/// The bytes, or nothing when `text` is not exactly what to_base64 would write for them: padding
/// missing or too long, whitespace, another alphabet, or stray bits in the last character.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace tender::nostr
