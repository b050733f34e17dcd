// When requests of unknown outcome have had their last effect, by relay. A row's settle_at is wall
// time, which lies once the clock has been set; within one process the steady clock tells. Used by
// RelaySync on the one thread; what a process forgets, the row tells the next one as well as it
// can.
#pragma once

#include <map>
#include <string>

#include "tender/base/clock.hpp"

namespace tender::infra {

class Doubts {
 public:
  /// `longest`: no doubt lasts longer from its beginning. Borrows the clock.
  Doubts(const Clock& clock, Milliseconds longest) : clock_(clock), longest_(longest) {}

  /// The relay is in doubt for `duration` from now. Returns that as settle_at for its row.
  TimePoint begin(const std::string& relay, Milliseconds duration);

  /// Until when the relay is in doubt, whose row says `settle_at`. An earlier process wrote that if
  /// this one began no doubt: then the time that is left by the wall clock counts from now on, and
  /// never more than the longest doubt, since the clock may have been set back.
  SteadyTime end_of(const std::string& relay, TimePoint settle_at);

  /// A definite answer has ended it.
  void forget(const std::string& relay) { ends_.erase(relay); }

 private:
  const Clock& clock_;
  Milliseconds longest_;
  std::map<std::string, SteadyTime> ends_;
};

}  // namespace tender::infra
