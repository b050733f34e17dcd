#include "tender/base/backoff.hpp"

#include <algorithm>
#include <array>
#include <cassert>

namespace tender {
namespace {

constexpr std::array<std::string_view, 3> kGrowths{"exponential", "linear", "constant"};

// A real number, so that no growth overflows.
using Wait = std::chrono::duration<double, std::milli>;

Wait grown(const Backoff& backoff, int failures) {
  if (backoff.growth == Growth::constant) {
    return backoff.base;
  }
  if (backoff.growth == Growth::linear) {
    return Wait(backoff.base) * failures;
  }
  Wait wait = backoff.base;
  for (int i = 1; i < failures && wait < backoff.cap; ++i) {
    wait *= backoff.factor;
  }
  return wait;
}

}  // namespace

std::string_view to_string(Growth growth) {
  return kGrowths.at(static_cast<std::size_t>(growth));
}

std::optional<Growth> parse_growth(std::string_view text) {
  const auto* const found = std::ranges::find(kGrowths, text);
  return found == kGrowths.end() ? std::nullopt : std::optional(Growth(found - kGrowths.begin()));
}

Milliseconds Backoff::delay(int failures, Random& random, Milliseconds at_least) const {
  assert(failures >= 1);
  const Wait wait = std::min<Wait>(grown(*this, failures), cap);
  const double spread = jitter_percent / 100.0;
  const double jitter = 1 - spread + 2 * spread * random.unit();
  const auto whole = std::chrono::floor<Milliseconds>(wait);
  return std::max(std::chrono::round<Milliseconds>(wait * jitter),
                  std::min(at_least, whole + whole * jitter_percent / 100));
}

}  // namespace tender
