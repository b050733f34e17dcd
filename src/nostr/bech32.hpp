// Bech32 (BIP-173), the checksummed text form in which NIP-19 writes keys. Internal to the nostr
// room: everybody else parses keys with PublicKey and SecretKey. Pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tender::nostr::bech32 {

/// What a text says. Zeroed when it goes, because that may be a secret key.
struct Decoded {
  Decoded() = default;
  Decoded(Decoded&&) = default;
  Decoded& operator=(Decoded&&) = delete;
  ~Decoded();

  std::string prefix;                // the human-readable part, in lowercase
  std::vector<std::uint8_t> groups;  // the data without the checksum, five bits each
};

/// The longest text of BIP-173.
inline constexpr std::size_t kLongest = 90;

/// What `text` says, or nothing: over `longest` characters, mixed case, no separator, an empty or
/// unprintable prefix, a character outside of the alphabet, or a checksum that does not match.
[[nodiscard]] std::optional<Decoded> decode(std::string_view text, std::size_t longest = kLongest);

/// Writes the bytes in `groups` to `out`; false (and `out` undefined) when they are not exactly
/// out.size() bytes, or the padding is not zero, or it is five bits and more (BIP-173).
[[nodiscard]] bool to_bytes(std::span<const std::uint8_t> groups, std::span<std::uint8_t> out);

/// `bytes` as Bech32 under `prefix`, which is lowercase and not empty.
[[nodiscard]] std::string encode(std::string_view prefix, std::span<const std::uint8_t> bytes);

}  // namespace tender::nostr::bech32
