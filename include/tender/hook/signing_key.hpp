// The keys with which webhooks are signed, as the Standard Webhooks specification 1.0.0 writes
// them: `whsec_` and base64 for HMAC-SHA256, `whsk_` and base64 for ed25519 (RFC 8032). A value,
// zeroed when it goes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "tender/base/random.hpp"
#include "tender/base/secret.hpp"

namespace tender::hook {

enum class SignatureScheme : std::uint8_t {
  hmac_sha256,  // "v1": sender and receiver share the key
  ed25519,      // "v1a": the receiver has only the public key
};

class SigningKey {
 public:
  /// Parses `whsec_` and 24 to 64 bytes, or `whsk_` and 32 bytes (the private key) or 64 (with the
  /// public key behind it, as other senders write it). Throws InvalidTrigger, which does not quote
  /// the text: another prefix (that of a public key is named), bad base64 or length, or a public
  /// key that does not belong to the private one.
  [[nodiscard]] static SigningKey parse(const Secret& text);

  /// A fresh key from `random`.
  [[nodiscard]] static SigningKey generate(SignatureScheme scheme, Random& random);

  [[nodiscard]] SignatureScheme scheme() const { return scheme_; }

  /// What parse() takes; of ed25519 the form with 64 bytes.
  [[nodiscard]] Secret text() const;

  /// What a receiver verifies with and need not keep secret: `whpk_` and base64 of the public key.
  /// Empty for HMAC, where it needs text().
  [[nodiscard]] std::string public_text() const;

  /// The signature of `message`, as the header has it: "v1,…" or "v1a,…". Always the same for the
  /// same message.
  [[nodiscard]] std::string sign(std::string_view message) const;

 private:
  SigningKey(SignatureScheme scheme, Secret bytes, std::string public_key);

  SignatureScheme scheme_;
  Secret bytes_;            // not a text; of ed25519 the 32 bytes of the private key
  std::string public_key_;  // 32 bytes, of ed25519 alone
};

}  // namespace tender::hook
