// How the waits between failed tries grow. The only such rule of the product: the outbox and the
// deliveries of webhooks have policies made of it. A value.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "tender/base/clock.hpp"
#include "tender/base/random.hpp"

namespace tender {

enum class Growth : std::uint8_t { exponential, linear, constant };

[[nodiscard]] std::string_view to_string(Growth growth);
[[nodiscard]] std::optional<Growth> parse_growth(std::string_view text);

struct Backoff {
  Growth growth = Growth::exponential;
  Milliseconds base{};      // the wait after the first failure; positive
  double factor = 2;        // of exponential growth alone; at least 1
  Milliseconds cap{};       // no wait is longer, but for the jitter; positive
  int jitter_percent = 10;  // each wait is that much shorter or longer at most; below 100

  /// The wait after the `failures`th failure (from 1): base · factor^(failures−1), base · failures
  /// or base, capped, then jittered so that those that failed together do not return together; not
  /// below `at_least` as far as the jitter's range allows.
  [[nodiscard]] Milliseconds delay(int failures, Random& random, Milliseconds at_least = {}) const;

  /// No delay is longer than this.
  [[nodiscard]] constexpr Milliseconds longest() const { return cap + cap * jitter_percent / 100; }

  friend bool operator==(const Backoff&, const Backoff&) = default;
};

}  // namespace tender
