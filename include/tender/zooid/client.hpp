// Signed requests to zooid's management API: each attempt gets a NIP-98 token of its own. Used by
// RelaySync, members and check. Borrows transport, clock and randomness; on the one thread.
#pragma once

#include <string>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"
#include "tender/base/secret.hpp"
#include "tender/config/env.hpp"
#include "tender/http/client.hpp"
#include "tender/model/relay.hpp"

namespace tender::zooid {

class Client {
 public:
  /// `env` must outlive it: keys are in memory once.
  Client(const config::Env& env, http::Transport& transport, const Clock& clock, Random& random)
      : env_(env), transport_(transport), clock_(clock), random_(random) {}

  /// Sends `body` (may be empty) to `path`, which starts with '/' and is appended to ZOOID_API_URL.
  /// Takes at most ZOOID_API_TIMEOUT. The answer's headers and error come without our secrets, the
  /// token and `hidden`, should they repeat them. The client must outlive the exchange.
  boost::asio::awaitable<http::Exchange> request(http::Method method, std::string path,
                                                 std::string body, Secret hidden = {});

  /// Asks whether zooid works, without changing anything: asks for the members of a relay that does
  /// not exist. zooid answers "relay not found" when it accepts our key, or "method not allowed"
  /// when it is too old to list members. As request().
  boost::asio::awaitable<http::Exchange> probe();

 private:
  void hide_secrets(http::Exchange& exchange, const Secret& hidden, const Secret& token) const;

  const config::Env& env_;
  http::Transport& transport_;
  const Clock& clock_;
  Random& random_;
};

/// The HTTP client that `env` asks for.
[[nodiscard]] http::ClientOptions transport_options(const config::Env& env);

/// `/relay/{id}`: where zooid keeps a relay.
[[nodiscard]] std::string relay_path(const RelayId& id);

}  // namespace tender::zooid
