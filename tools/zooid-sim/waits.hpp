// Waits by the injected clock that all end when the sim stops.
#pragma once

#include <set>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"

namespace zooid_sim {

class Waits {
 public:
  /// Borrows `clock`.
  explicit Waits(tender::Clock& clock) : clock_(clock) {}

  /// False when the sim was stopped before or meanwhile. Does not suspend when the time has come.
  boost::asio::awaitable<bool> until(tender::TimePoint deadline);

  /// Ends every wait, those to come included.
  void stop();

  [[nodiscard]] bool stopped() const { return stopped_; }
  [[nodiscard]] tender::TimePoint now() const { return clock_.now(); }

 private:
  tender::Clock& clock_;
  std::set<tender::Timer*> waiting_;
  bool stopped_ = false;
};

}  // namespace zooid_sim
