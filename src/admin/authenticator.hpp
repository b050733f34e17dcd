// Who asks the admin API for something: the owner of a key in ADMIN_PUBKEYS, by a NIP-98 token for
// this one request, or whoever has the text of ADMIN_TOKEN_FILE, as a bearer token. Asked with the
// head of a request alone; what a token says of the body is checked once that is there. On the one
// thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tender/base/clock.hpp"
#include "tender/base/secret.hpp"
#include "tender/config/env.hpp"
#include "tender/http/server_request.hpp"

#include "replay_cache.hpp"

namespace tender::admin {

struct Principal {
  std::string name;        // for the activity log: "npub1…" or "token"
  bool read_only = false;  // it may not change anything
};

struct Authentication {
  std::optional<Principal> principal{};  // nothing: refused
  std::string refusal{};                 // why, for the client
  bool by_key = false;                   // a token of NIP-98, which answers for the body, too
  std::optional<std::string> payload{};  // that token's

  /// Whether the body is the one that was signed; a bearer token lets any body pass.
  [[nodiscard]] bool covers(std::string_view body) const;
};

class Authenticator {
 public:
  /// Borrows the clock. Without keys and with an empty token nobody is let in.
  Authenticator(std::vector<config::AdminKey> keys, Secret token, const Clock& clock);

  /// `url` is what the client must have signed: the whole URL of the request, with its query.
  /// Nothing: it is not known, so no token of NIP-98 is accepted. Such a token is used up by it.
  [[nodiscard]] Authentication check(const http::ServerRequest& head,
                                     const std::optional<std::string>& url);

 private:
  [[nodiscard]] Authentication check_bearer(std::string_view token) const;
  [[nodiscard]] Authentication check_key(const http::ServerRequest& head, std::string_view header,
                                         std::string_view url);

  std::vector<config::AdminKey> keys_;
  Secret token_;
  const Clock& clock_;
  ReplayCache used_;
};

}  // namespace tender::admin
