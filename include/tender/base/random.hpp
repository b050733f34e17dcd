// Randomness as the core sees it: secrets, nonces, ids and jitter all come from one injected
// source, so that tests and the simulation can replay it from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace tender {

class Random {
 public:
  virtual ~Random() = default;

  /// Fills `out` with random bytes. The system's source is fit for keys; it throws Error if there
  /// is none.
  virtual void fill(std::span<std::uint8_t> out) = 0;

  /// A number in [0, 1).
  double unit();

  /// A random (version 4) UUID as RFC 4122 writes it: 36 characters, lowercase.
  std::string uuid();
};

/// The kernel's generator, through OpenSSL.
class SystemRandom final : public Random {
 public:
  void fill(std::span<std::uint8_t> out) override;
};

}  // namespace tender
