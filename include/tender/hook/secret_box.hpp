// Keeps the secrets of triggers encrypted in the database, so that a copy of the database alone
// signs nothing. AES-256-GCM with a key that is in a file (TRIGGER_KEY_FILE). A value; the key is
// zeroed when it goes.
#pragma once

#include <filesystem>
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

  /// With the key that the file holds. Throws Error, which names the file: as
  /// config::read_secret_file(), or not 32 bytes. Blocks.
  [[nodiscard]] static SecretBox of_file(const std::filesystem::path& path);

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
