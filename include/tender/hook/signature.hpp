// The headers by which a receiver knows that a webhook is ours and not a replay (Standard Webhooks
// 1.0.0). Pure functions.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/hook/signing_key.hpp"
#include "tender/http/transport.hpp"

namespace tender::hook {

/// `webhook-id`, `webhook-timestamp` and `webhook-signature`. `id` names the event and is the same
/// in every attempt; `now` is the time of this attempt; `body` is sent as it is, byte for byte.
/// Each of `keys` signs, in that order: while a key is replaced, the new and the old one do. Throws
/// std::invalid_argument if the id is empty or has other characters than [A-Za-z0-9_-], or if there
/// is no key; both are bugs of the caller.
[[nodiscard]] std::vector<http::Header> signature_headers(std::string_view id, TimePoint now,
                                                          std::string_view body,
                                                          std::span<const SigningKey> keys);

}  // namespace tender::hook
