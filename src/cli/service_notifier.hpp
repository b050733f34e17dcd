// Tells the service manager that started this process how it is, as sd_notify(3) describes: that it
// is ready, what it does, that it is stopping, and as long as its loop turns, that it is alive.
// Without a service manager (no NOTIFY_SOCKET in the process's environment) it does nothing. For
// `tender run`, on the one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "tender/base/clock.hpp"
#include "tender/base/log.hpp"
#include "tender/base/wakeup.hpp"

namespace tender::cli {

class ServiceNotifier {
 public:
  struct State {
    bool ready = false;
    bool stopping = false;
    std::string status;  // one line
  };

  /// `look` says how the process is; it is asked ten times a second until it is ready, then each
  /// second. Borrows `clock` and `logger`.
  ServiceNotifier(Clock& clock, Logger& logger, std::function<State()> look);

  /// Until stop(), or at once without a service manager. WATCHDOG=1 is sent twice in each
  /// WATCHDOG_USEC, by this coroutine alone: a loop that does not turn sends none. Sending blocks
  /// while the service manager's queue is full. Once only.
  boost::asio::awaitable<void> run();

  /// Something has changed: look now.
  void look_again() { alarm_.notify(); }

  /// Looks once more, and ends.
  void stop();

 private:
  // Returns how long nothing need be said.
  Milliseconds tell();
  enum class Sent : std::uint8_t { yes, no, to_nobody };
  Sent send(const std::string& text);

  Clock& clock_;
  Logger& logger_;
  std::function<State()> look_;
  Wakeup alarm_;
  std::optional<Milliseconds> beat_;  // nothing: nobody waits for a sign of life
  SteadyTime next_beat_ = SteadyTime::min();
  State told_;
  bool failed_ = false;
  bool stopped_ = false;
};

}  // namespace tender::cli
