// Nostr events (NIP-01): the id is the SHA-256 of the exact serialization, the signature is BIP-340
// over the id. Used for NIP-98 tokens here, and by the zooid stand-in to verify them. Pure
// functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/nostr/keys.hpp"

namespace tender::nostr {

using Tag = std::vector<std::string>;

struct Event {
  std::string id;               // 64 lowercase hex
  std::string pubkey;           // 64 lowercase hex
  std::int64_t created_at = 0;  // seconds UTC
  std::int64_t kind = 0;
  std::vector<Tag> tags;
  std::string content;
  std::string sig;  // 128 lowercase hex
};

/// The NIP-01 id, from pubkey, created_at, kind, tags and content; `id` and `sig` are not read.
/// Throws std::invalid_argument when a string is not valid UTF-8 (it has no NIP-01 serialization).
[[nodiscard]] Bytes32 event_id(const Event& event);

/// The event with pubkey, id and sig set for `key`. Throws as event_id.
[[nodiscard]] Event sign_event(Event event, const SecretKey& key, Random& random);

enum class EventFault { none, bad_id, bad_pubkey, bad_signature };

/// Checks id, pubkey and signature, in that order.
[[nodiscard]] EventFault verify_event(const Event& event);

/// The event as JSON on one line, as it goes over the wire. Throws as event_id.
[[nodiscard]] std::string to_text(const Event& event);

/// The event that `text` holds, or nothing: not JSON, nested deeper than 32, over 64 KiB, or a
/// member that is absent or of the wrong type. Signature and id are not verified.
[[nodiscard]] std::optional<Event> parse_event(std::string_view text);

/// The first value of the first tag named `name`, or nothing. Valid while `event` lives.
[[nodiscard]] std::optional<std::string_view> tag_value(const Event& event, std::string_view name);

}  // namespace tender::nostr
