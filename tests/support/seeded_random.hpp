// Randomness that a test can repeat.
#pragma once

#include <random>

#include "tender/base/random.hpp"

namespace tender::test {

class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : engine_(seed) {}

  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      byte = static_cast<std::uint8_t>(engine_() & 0xff);
    }
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace tender::test
