// SHA-256 of a text: event ids (NIP-01) and payload digests (NIP-98). A pure function.
#pragma once

#include <string_view>

#include "tender/nostr/keys.hpp"

namespace tender::nostr {

[[nodiscard]] Bytes32 sha256(std::string_view text);

}  // namespace tender::nostr
