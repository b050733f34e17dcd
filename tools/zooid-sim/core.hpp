// The parts of one sim, wired together: what the two listeners' handlers share.
#pragma once

#include <string>
#include <vector>

#include "zooid-sim/api.hpp"
#include "zooid-sim/auth.hpp"
#include "zooid-sim/config_store.hpp"
#include "zooid-sim/front.hpp"
#include "zooid-sim/members.hpp"
#include "zooid-sim/skewed_clock.hpp"

namespace zooid_sim {

struct Core {
  Core(const std::filesystem::path& config_dir,
       const std::vector<tender::nostr::PublicKey>& whitelist, tender::Clock& clock)
      : skewed(clock),
        store(config_dir),
        auth(whitelist, skewed),
        api(auth, store, members),
        front(clock, skewed, store, api) {}
  Core(const Core&) = delete;  // the parts refer to each other
  Core& operator=(const Core&) = delete;

  SkewedClock skewed;
  ConfigStore store;
  Members members;
  Auth auth;
  Api api;
  Front front;
  std::string api_url;
};

}  // namespace zooid_sim
