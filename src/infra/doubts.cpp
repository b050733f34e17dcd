#include "tender/infra/doubts.hpp"

#include <algorithm>

namespace tender::infra {

TimePoint Doubts::begin(const std::string& relay, Milliseconds duration) {
  const SteadyTime now = clock_.steady();
  SteadyTime& end = ends_.try_emplace(relay, now).first->second;
  end = std::max(end, now + duration);
  return clock_.now() + (end - now);
}

SteadyTime Doubts::end_of(const std::string& relay, TimePoint doubt_until) {
  const Milliseconds left =
      std::clamp<Milliseconds>(doubt_until - clock_.now(), Milliseconds::zero(), longest_);
  return ends_.try_emplace(relay, clock_.steady() + left).first->second;
}

}  // namespace tender::infra
