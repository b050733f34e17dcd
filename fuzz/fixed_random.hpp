// Randomness that begins anew with every input, so that a finding can be replayed. For signatures
// and nonces of keys that guard nothing.
#pragma once

#include <cstdint>
#include <random>
#include <span>

#include "tender/base/random.hpp"

namespace tender::fuzz {

class FixedRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override {
    for (std::uint8_t& byte : out) {
      byte = static_cast<std::uint8_t>(engine_() & 0xff);
    }
  }

 private:
  std::minstd_rand engine_{1};
};

}  // namespace tender::fuzz
