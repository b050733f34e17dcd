#include "tender/infra/doubts.hpp"

#include <algorithm>

namespace tender::infra {

TimePoint Doubts::begin(const std::string& relay, Milliseconds duration) {
  ends_[relay] = clock_.steady() + duration;
  return clock_.now() + duration;
}

SteadyTime Doubts::end_of(const std::string& relay, TimePoint settle_at) {
  const Milliseconds left =
      std::clamp<Milliseconds>(settle_at - clock_.now(), Milliseconds::zero(), longest_);
  return ends_.try_emplace(relay, clock_.steady() + left).first->second;
}

}  // namespace tender::infra
