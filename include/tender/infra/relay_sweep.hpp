// Looks at every relay that is in step once in RELAY_SWEEP, spread over that time: what zooid
// serves can change without tender. It only asks for the looks, which RelayCheck makes as bulk
// work. Infra calls it each interval().
#pragma once

#include <cstdint>

#include "tender/config/env.hpp"
#include "tender/infra/relay_check.hpp"
#include "tender/store/command.hpp"
#include "tender/store/query.hpp"

namespace tender::infra {

class RelaySweep {
 public:
  /// All is borrowed.
  RelaySweep(store::Database& database, store::Query query, store::Command command,
             RelayCheck& check, const config::Env& env, const Clock& clock);

  /// Zero: it is off (RELAY_SWEEP, RELAY_VERIFY).
  [[nodiscard]] Milliseconds interval() const;

  /// How many looks are for one interval. After a standstill it takes a whole sweep to come round,
  /// as always. Throws StoreError.
  [[nodiscard]] std::int64_t share() const;

  /// Asks for at most so many looks, the longest due first, in a transaction of at most a Portion.
  /// Returns how many. Blocks as Database says; throws StoreError.
  std::int64_t ask(std::int64_t most);

 private:
  store::Database& database_;
  store::Query query_;
  store::Command command_;
  RelayCheck& check_;
  const config::Env& env_;
  const Clock& clock_;
};

}  // namespace tender::infra
