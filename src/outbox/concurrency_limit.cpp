#include "tender/outbox/concurrency_limit.hpp"

#include <algorithm>

namespace tender::outbox {
namespace {

// How long a slow answer is news of the destination: so many times what is called slow.
constexpr int kNewsLasts = 8;

}  // namespace

void ConcurrencyLimit::answered(SteadyTime begun_at, SteadyTime now, int in_flight) {
  if (now - begun_at > slow_) {
    slow_answer_at_ = now;
    halve(begun_at, now);
  } else if (in_flight * 2 >= allowed()) {
    limit_ = std::min<double>(most_, limit_ + (slow_start_ ? 1.0 : 1.0 / limit_));
  }
}

void ConcurrencyLimit::timed_out(SteadyTime begun_at, SteadyTime now) {
  halve(begun_at, now);
}

bool ConcurrencyLimit::overloaded(SteadyTime now) const {
  return slow_answer_at_ && now - *slow_answer_at_ <= kNewsLasts * slow_;
}

void ConcurrencyLimit::restart() {
  limit_ = 1.0;
  slow_start_ = true;
}

// Once for all that were under way together: those that began before the last time tell nothing
// new.
void ConcurrencyLimit::halve(SteadyTime begun_at, SteadyTime now) {
  slow_start_ = false;
  if (begun_at >= halved_at_) {
    limit_ = std::max(1.0, limit_ / 2);
    halved_at_ = now;
  }
}

}  // namespace tender::outbox
