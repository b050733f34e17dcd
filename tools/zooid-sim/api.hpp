// zooid's management API, /relay/{id}, over a ConfigStore. Answers one request at a time,
// synchronously.
#pragma once

#include <string>

#include "zooid-sim/auth.hpp"
#include "zooid-sim/config_store.hpp"
#include "zooid-sim/members.hpp"
#include "zooid-sim/wire.hpp"

namespace zooid_sim {

/// What became of a request.
struct ApiResult {
  Answer answer;
  std::string pubkey;    // the signer, once NIP-98 accepted the token
  bool applied = false;  // a write took effect
};

/// The id in `/relay/{id}…`, whether valid or not; empty on any other path.
[[nodiscard]] std::string relay_in_path(const std::string& path);

/// POST, PUT, PATCH and DELETE.
[[nodiscard]] bool is_write(const std::string& method);

class Api {
 public:
  /// Borrows all but the last.
  Api(const Auth& auth, ConfigStore& store, const Members& members, Generation generation);

  /// The store must have been refreshed for this request.
  [[nodiscard]] ApiResult answer(const Request& request);

 private:
  [[nodiscard]] Answer route(const Request& request);
  [[nodiscard]] Answer change(const Request& request, const std::string& id);
  [[nodiscard]] ConfigResult parse_whole(const std::string& body) const;
  [[nodiscard]] ConfigResult parse_patched(const Config& config, const std::string& body) const;
  [[nodiscard]] Answer save(const std::string& method, const std::string& id, const Config& config);
  [[nodiscard]] Answer remove(const std::string& id);
  [[nodiscard]] Answer list_members(const std::string& id) const;

  const Auth& auth_;
  ConfigStore& store_;
  const Members& members_;
  Generation generation_;
};

}  // namespace zooid_sim
