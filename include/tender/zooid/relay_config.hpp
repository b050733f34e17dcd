// A relay in zooid's terms: the JSON body of POST, PUT and PATCH /relay/{id}. Pure functions.
#pragma once

#include <span>
#include <string>

#include "tender/config/env.hpp"
#include "tender/model/relay.hpp"
#include "tender/nostr/keys.hpp"

namespace tender::zooid {

/// The body that creates the relay, with a fresh identity that is stored nowhere else.
[[nodiscard]] std::string create_body(const Relay& relay, const config::Env& env,
                                      const nostr::SecretKey& identity);

/// The body that brings an existing relay to this state, without a secret. PATCH merges (RFC 7396),
/// so the settings of a section that is off are nulled, or zooid would keep them and the section
/// on. Of the columns in `spared` it says nothing.
[[nodiscard]] std::string update_body(const Relay& relay, const config::Env& env,
                                      std::span<const std::string> spared = {});

/// Identifies a body: hex SHA-256 of the whole update_body, which holds all that create_body says
/// but the secret.
[[nodiscard]] std::string body_digest(const std::string& update_body);

/// The relay's host name: subdomain.RELAY_DOMAIN.
[[nodiscard]] std::string relay_host(const Relay& relay, const config::Env& env);

}  // namespace tender::zooid
