// Until when each relay is in doubt: when a request of unknown outcome can no longer take effect.
// The row keeps it as doubt_until, by the wall clock, which is wrong once somebody sets that clock.
// Within one process the steady clock is right. Used by RelaySync on the one thread; the next
// process has only the row.
#pragma once

#include <map>
#include <string>

#include "tender/base/clock.hpp"

namespace tender::infra {

class Doubts {
 public:
  /// `longest`: no doubt lasts longer from its beginning. Borrows the clock.
  Doubts(const Clock& clock, Milliseconds longest) : clock_(clock), longest_(longest) {}

  /// The relay is in doubt for `duration` from now, or until an earlier doubt ends, if that is
  /// later. Returns that as doubt_until for its row.
  TimePoint begin(const std::string& relay, Milliseconds duration);

  /// Until when the relay is in doubt, whose row says `doubt_until`. If this process began no
  /// doubt, an earlier one wrote that: then the time that is left by the wall clock counts from now
  /// on, but never more than the longest doubt, because the clock may have been set back.
  SteadyTime end_of(const std::string& relay, TimePoint doubt_until);

  /// A definite answer has ended it.
  void forget(const std::string& relay) { ends_.erase(relay); }

 private:
  const Clock& clock_;
  Milliseconds longest_;
  std::map<std::string, SteadyTime> ends_;
};

}  // namespace tender::infra
