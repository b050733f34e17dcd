// HTTP authentication with nostr events (NIP-98, kind 27235). zooid::Client makes a token for each
// attempt; the zooid stand-in verifies them. A token is good for one URL and one method.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::nostr {

/// The value of the Authorization header: `Nostr <base64 of the event>`. Tags: `u` (exactly `url`),
/// `method`, `payload` (hex SHA-256 of `body`) when there is a body, and a random `nonce`, so that
/// two tokens of one second differ.
[[nodiscard]] std::string make_http_auth(const SecretKey& key, Random& random, TimePoint now,
                                         std::string_view url, std::string_view method,
                                         std::string_view body);

/// Why a token is refused, in the order of zooid's checks; `payload` comes last because zooid skips
/// it.
enum class HttpAuthFault {
  none,
  missing,  // no header
  scheme,   // not `Nostr`
  base64,
  json,  // not an event
  kind,
  signature,   // id or BIP-340 signature
  created_at,  // further than max_skew from `now`
  url,
  method,
  payload,
};

[[nodiscard]] std::string_view to_string(HttpAuthFault fault);

struct HttpAuthCheck {
  std::string_view header;  // the Authorization header's value, empty when absent
  std::string_view url;     // as the verifier sees it: {scheme}://{Host}{path}
  std::string_view method;
  std::optional<std::string_view>
      body;  // check `payload` against it; nothing: do not check (zooid)
  TimePoint now;
  std::chrono::seconds max_skew{60};
};

struct HttpAuthResult {
  HttpAuthFault fault = HttpAuthFault::none;
  std::optional<PublicKey> signer;  // set when fault is none
  // Of the event, then: whoever allows a token once keeps them.
  std::string id{};
  std::int64_t created_at = 0;           // in seconds
  std::optional<std::string> payload{};  // the event's, for whoever gets the body later
};

/// Whether a body fits the `payload` of its token. A body needs one; without a body there need be
/// none, but one that is there must fit.
[[nodiscard]] bool payload_fits(const std::optional<std::string>& payload, std::string_view body);

[[nodiscard]] HttpAuthResult verify_http_auth(const HttpAuthCheck& check);

}  // namespace tender::nostr
