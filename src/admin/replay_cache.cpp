#include "replay_cache.hpp"

#include <algorithm>
#include <limits>

namespace tender::admin {

ReplayCache::ReplayCache(const Clock& clock, std::chrono::seconds lifetime, std::size_t kept)
    : clock_(clock),
      lifetime_(lifetime),
      kept_(kept),
      began_(std::chrono::floor<std::chrono::seconds>(clock.now()).time_since_epoch().count()),
      complete_(clock.steady() + lifetime),
      newest_forgotten_(std::numeric_limits<std::int64_t>::min()) {}

ReplayCache::Use ReplayCache::use(const std::string& id, std::int64_t created_at) {
  forget();
  if (ids_.contains(id)) {
    return Use::again;
  }
  const bool before_start = created_at < began_ && clock_.steady() < complete_;
  if (before_start || created_at <= newest_forgotten_) {
    return Use::unknown;
  }
  ids_.insert(id);
  used_.push_back({id, created_at, clock_.steady() + lifetime_});
  return Use::first;
}

void ReplayCache::forget() {
  const SteadyTime now = clock_.steady();
  while (used_.size() > kept_ && used_.front().expires <= now) {
    newest_forgotten_ = std::max(newest_forgotten_, used_.front().created_at);
    ids_.erase(used_.front().id);
    used_.pop_front();
  }
}

}  // namespace tender::admin
