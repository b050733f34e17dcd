// A request to zooid's management API with a NIP-98 token of its own: for one URL and one attempt.
#pragma once

#include <string>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"
#include "tender/config/env.hpp"
#include "tender/http/transport.hpp"

namespace tender::zooid {

/// `body` may be empty. The timeout is ZOOID_API_TIMEOUT.
[[nodiscard]] http::Request signed_request(const config::Env& env, Random& random, TimePoint now,
                                           http::Method method, http::Url url, std::string body);

}  // namespace tender::zooid
