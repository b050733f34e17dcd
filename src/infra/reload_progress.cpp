#include "tender/infra/reload_progress.hpp"

#include <algorithm>

namespace tender::infra {

void ReloadProgress::came(std::int64_t seq, TimePoint now) {
  newest_ = std::max(newest_, seq);
  seen_at_ = now;
}

bool ReloadProgress::may_come(std::int64_t seq, TimePoint now) const {
  const bool set_back = now < seen_at_;  // the clock: how long ago it was is not known
  return seq > newest_ && !set_back && now - seen_at_ < kStandstill;
}

}  // namespace tender::infra
