// The tokens of NIP-98 that were used already: each is good once. A token is valid for two minutes
// at most, by a clock that may be set back, and by a process that may have ended in between: so the
// cache also refuses what it could have seen and does not remember. On the one thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>

#include "tender/base/clock.hpp"

namespace tender::admin {

class ReplayCache {
 public:
  enum class Use : std::uint8_t {
    first,
    again,
    unknown,  // it may have been used before: in a process that has ended, or too long ago
  };

  /// `lifetime` is how long after its first use a token can still be valid. What more than `kept`
  /// others were used after is forgotten then.
  ReplayCache(const Clock& clock, std::chrono::seconds lifetime, std::size_t kept = 16'384);

  /// `created_at` is the token's own time, in seconds. Another token of that time or an earlier one
  /// is refused once this one is forgotten.
  [[nodiscard]] Use use(const std::string& id, std::int64_t created_at);

 private:
  struct Token {
    std::string id;
    std::int64_t created_at = 0;
    SteadyTime expires;
  };

  void forget();

  const Clock& clock_;
  std::chrono::seconds lifetime_;
  std::size_t kept_;
  std::int64_t began_;   // when this process began to remember, in seconds
  SteadyTime complete_;  // when no token from before that can be valid any more
  std::int64_t newest_forgotten_;
  std::deque<Token> used_;  // oldest use first
  std::set<std::string> ids_;
};

}  // namespace tender::admin
