// Takes our secrets out of what zooid (or whoever answers in its place) says back, before anything
// of it can reach a log, the database or a terminal. Pure functions.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tender/config/env.hpp"
#include "tender/http/transport.hpp"

namespace tender::zooid {

/// `text` with each of `secrets` replaced by `[secret]`, as it is and as JSON writes it. Those of
/// less than four bytes are passed over.
[[nodiscard]] std::string redact(std::string text, std::vector<std::string_view> secrets);

/// Redacts headers and body of the answer, if there is one: the secrets of `env`, and `more`.
void hide_secrets(http::Exchange& exchange, const config::Env& env,
                  std::vector<std::string_view> more);

/// The request's Authorization header; empty when it has none.
[[nodiscard]] Secret token_of(const http::Request& request);

}  // namespace tender::zooid
