// Who may use the management API: NIP-98 first (401), then the whitelist (403), as zooid does it.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tender/nostr/keys.hpp"

#include "zooid-sim/generation.hpp"
#include "zooid-sim/skewed_clock.hpp"
#include "zooid-sim/wire.hpp"

namespace zooid_sim {

class Auth {
 public:
  /// Borrows `clock`.
  Auth(const std::vector<tender::nostr::PublicKey>& whitelist, const SkewedClock& clock,
       Generation generation);

  /// The refusal, or nothing when the request may pass. `pubkey` becomes the signer's hex once the
  /// token holds, also when the whitelist then refuses it.
  [[nodiscard]] std::optional<Answer> refuse(const Request& request, std::string& pubkey) const;

 private:
  std::set<std::string> whitelist_;
  const SkewedClock& clock_;
  Generation generation_;
};

}  // namespace zooid_sim
