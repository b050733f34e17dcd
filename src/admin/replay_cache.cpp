#include "replay_cache.hpp"

namespace tender::admin {

bool ReplayCache::use(const std::string& id, SteadyTime now, SteadyTime expires) {
  while (!by_expiry_.empty() && by_expiry_.begin()->first <= now) {
    expires_.erase(by_expiry_.begin()->second);
    by_expiry_.erase(by_expiry_.begin());
  }
  if (!expires_.emplace(id, expires).second) {
    return false;
  }
  by_expiry_.emplace(expires, id);
  return true;
}

}  // namespace tender::admin
