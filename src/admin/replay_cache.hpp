// The tokens that were used already: each is good once. They are kept as long as they could be used
// again, so there are never more than are sent within that time. On the one thread.
#pragma once

#include <map>
#include <string>

#include "tender/base/clock.hpp"

namespace tender::admin {

class ReplayCache {
 public:
  /// Whether the token with that id is used for the first time. It is forgotten at `expires`, and
  /// before that it is refused.
  [[nodiscard]] bool use(const std::string& id, SteadyTime now, SteadyTime expires);

  [[nodiscard]] std::size_t size() const { return expires_.size(); }

 private:
  std::map<std::string, SteadyTime> expires_;         // by id
  std::multimap<SteadyTime, std::string> by_expiry_;  // the same
};

}  // namespace tender::admin
