#include "tender/outbox/token_bucket.hpp"

#include <algorithm>

namespace tender::outbox {
namespace {

// Sums of fractions fall short of a whole token by a hair.
constexpr double kWholeToken = 1.0 - 1e-6;

}  // namespace

TimePoint TokenBucket::next_token_at(TimePoint now) {
  refill(now);
  if (per_second_ == 0 || tokens_ >= kWholeToken) {
    return now;
  }
  empty_since_ = empty_since_.value_or(now);
  const std::chrono::duration<double> wait((1.0 - tokens_) / per_second_);
  return now + std::chrono::ceil<Milliseconds>(wait);
}

void TokenBucket::take() {
  if (per_second_ > 0) {
    tokens_ -= 1.0;
  }
  empty_since_.reset();
}

Milliseconds TokenBucket::wait_of(TimePoint due, TimePoint now) const {
  return empty_since_ ? std::max(now - std::max(due, *empty_since_), Milliseconds::zero())
                      : Milliseconds::zero();
}

void TokenBucket::refill(TimePoint now) {
  // A clock that was set back fills nothing, and counts from there on.
  const std::chrono::duration<double> passed = std::max(now - filled_at_, Milliseconds::zero());
  tokens_ = std::min(per_second_, tokens_ + passed.count() * per_second_);
  filled_at_ = now;
}

}  // namespace tender::outbox
