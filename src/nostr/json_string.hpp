// One string in JSON, byte for byte as every nostr implementation writes it before hashing.
// Internal to the nostr room. A pure function.
#pragma once

#include <string>
#include <string_view>

namespace tender::nostr {

/// Appends `text` to `out` as a JSON string with its quotes. Escaped are \n \" \\ \r \t \b \f
/// (NIP-01) and the other characters below 0x20 as \u00xx in lowercase; all else, non-ASCII, 0x7f,
/// '/' and U+2028 included, is copied. NIP-01 says "verbatim" for those control characters, but
/// that would not be JSON (RFC 8259, 7): nostr-tools (JSON.stringify) and zooid's go-nostr escape
/// them so, and an id must agree with theirs. Throws std::invalid_argument when `text` is not
/// UTF-8; `out` is then unspecified.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tender::nostr
