// Keys of nostr: x-only public keys and secret keys on secp256k1 (BIP-340), written as hex or as
// bech32 `npub`/`nsec` (NIP-19). Values; a secret key is zeroed when it goes and cannot be
// formatted or logged.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "tender/base/random.hpp"

namespace tender::nostr {

using Bytes32 = std::array<std::uint8_t, 32>;
using Signature = std::array<std::uint8_t, 64>;

/// A key that cannot be used. what() says why, and never quotes the text that was given.
class InvalidKey : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

class PublicKey {
 public:
  /// Parses 64 hex characters (either case), `npub1…` or `nprofile1…` (NIP-19), the last two also
  /// after `nostr:` (NIP-21). Throws InvalidKey: wrong length, character, checksum or prefix, or a
  /// point that is not on the curve (BIP-340 lift_x).
  [[nodiscard]] static PublicKey parse(std::string_view text);

  [[nodiscard]] std::string hex() const;   // 64 lowercase characters
  [[nodiscard]] std::string npub() const;  // NIP-19
  [[nodiscard]] const Bytes32& bytes() const { return bytes_; }

  /// BIP-340 verification of `signature` over the 32-byte message.
  [[nodiscard]] bool verify(const Bytes32& message, const Signature& signature) const;

  friend bool operator==(const PublicKey&, const PublicKey&) = default;

 private:
  friend class SecretKey;
  explicit PublicKey(const Bytes32& bytes) : bytes_(bytes) {}
  Bytes32 bytes_;
};

class SecretKey {
 public:
  /// Parses 64 hex characters (either case) or `nsec1…`. Throws InvalidKey: wrong length,
  /// character, checksum or prefix (an npub is named as such), zero, or not below the group order.
  [[nodiscard]] static SecretKey parse(std::string_view text);

  /// A fresh key from `random`. Throws InvalidKey when `random` gives no usable 32 bytes, which a
  /// sound source does once in 2^127 times.
  [[nodiscard]] static SecretKey generate(Random& random);

  SecretKey(const SecretKey&) = default;
  SecretKey& operator=(const SecretKey&) = default;
  ~SecretKey();

  [[nodiscard]] PublicKey public_key() const { return public_key_; }

  /// BIP-340 signature of the 32-byte message, with 32 bytes of fresh auxiliary randomness.
  [[nodiscard]] Signature sign(const Bytes32& message, Random& random) const;

  /// The key as 64 lowercase hex characters: only for the `secret` of a relay's config.
  [[nodiscard]] std::string reveal_hex() const;

 private:
  explicit SecretKey(PublicKey public_key) : public_key_(public_key) {}
  [[nodiscard]] static SecretKey from_bytes(const Bytes32& bytes);

  // A secp256k1_keypair, which may be copied and whose size is promised (secp256k1_extrakeys.h). It
  // is kept because making it from the scalar costs as much as a signature.
  std::array<std::uint8_t, 96> keypair_{};
  PublicKey public_key_;
};

}  // namespace tender::nostr
