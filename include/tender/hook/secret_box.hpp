// Keeps the secrets of triggers encrypted in the database, so that a copy of the database alone
// signs nothing. AES-256-GCM with the key TRIGGER_KEY. A value; the key is
// zeroed when it goes.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "tender/base/random.hpp"
#include "tender/base/secret.hpp"

namespace tender::hook {

class SecretBox {
 public:
  /// With the key that `text` says: 32 bytes as hex (either case) or base64. Throws Error, which
  /// does not quote it.
  explicit SecretBox(const Secret& text);

  /// With the key that TRIGGER_KEY says; nothing if that is empty. Throws Error, which names the
  /// variable.
  [[nodiscard]] static std::optional<SecretBox> of_setting(const Secret& text);

  /// Tells keys apart, for people: 8 hex characters that do not lead to the key.
  [[nodiscard]] const std::string& key_id() const { return key_id_; }

  /// `secret` as a text to store: "v1", the key's id, and base64, with dots between. Only open()
  /// with the same `owner` gives it back: the id of the trigger, so that a text that is moved to
  /// another one opens nowhere. Each call returns a different text.
  [[nodiscard]] std::string seal(const Secret& secret, std::string_view owner,
                                 Random& random) const;

  /// What seal() took. Throws Error that names the owner: not such a text, one of another key, or
  /// one that was altered or belongs to another owner.
  [[nodiscard]] Secret open(std::string_view sealed, std::string_view owner) const;

 private:
  Secret key_;  // 32 bytes, not a text
  std::string key_id_;
};

}  // namespace tender::hook
