// Writes that can be sent again: the header Idempotency-Key.
#pragma once

#include <functional>
#include <string>

#include "tender/base/clock.hpp"
#include "tender/http/server_request.hpp"
#include "tender/http/transport.hpp"
#include "tender/store/database.hpp"

namespace tender::admin {

/// The answer of `act` to the request, or, when the principal has sent the same request with the
/// same key within a day, the answer that it got then; `act` is not called. All that `act` writes
/// is one transaction, and its answer is part of it. Answers 422 when the key was used for another
/// request. Without a key, and for requests that only read, calls `act`. Blocks as Database says;
/// throws what `act` does, and BadRequest for a key that is not one.
[[nodiscard]] http::Response answer_once(const http::ServerRequest& request,
                                         const std::string& principal, store::Database& database,
                                         TimePoint now, const std::function<http::Response()>& act);

}  // namespace tender::admin
