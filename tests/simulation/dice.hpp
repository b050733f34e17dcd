// Every choice of a life comes from one of these, made from the life's seed: the same seed gives
// the same choices on every machine (the standard distributions do not promise that).
#pragma once

#include <array>
#include <cstdint>

#include "tender/base/clock.hpp"

namespace tender::simulation {

class Dice {
 public:
  /// `stream` tells independent sequences of one seed apart.
  Dice(std::uint64_t seed, std::uint64_t stream)
      : state_(seed * 0x9e3779b97f4a7c15U ^ stream * 0xd1b54a32d192ed03U) {
    static_cast<void>(next());
  }

  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }

  /// True in `percent` of 100.
  bool chance(int percent) { return between(1, 100) <= percent; }

  /// A number from `low` to `high`, both included.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }

  Milliseconds between(Milliseconds low, Milliseconds high) {
    return Milliseconds(between(low.count(), high.count()));
  }

  template <typename T, std::size_t N>
  const T& pick(const std::array<T, N>& items) {
    return items[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(N) - 1))];
  }

 private:
  std::uint64_t state_;
};

}  // namespace tender::simulation
