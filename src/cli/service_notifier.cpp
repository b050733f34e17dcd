#include "service_notifier.hpp"

#include <algorithm>
#include <cstdint>
#include <system_error>
#include <utility>

#include <systemd/sd-daemon.h>

#include "tender/base/log_messages.hpp"

namespace tender::cli {
namespace {

constexpr Milliseconds kLookUntilReady{100};
constexpr Milliseconds kLook{1000};

// Half of what the service manager waits for, so that one that comes late is in time.
std::optional<Milliseconds> watchdog_beat() {
  std::uint64_t microseconds = 0;
  if (sd_watchdog_enabled(0, &microseconds) <= 0) {
    return std::nullopt;
  }
  return std::max(std::chrono::floor<Milliseconds>(std::chrono::microseconds(microseconds) / 2),
                  Milliseconds(1));
}

}  // namespace

ServiceNotifier::ServiceNotifier(Clock& clock, Logger& logger, std::function<State()> look)
    : clock_(clock), logger_(logger), look_(std::move(look)), alarm_(clock) {}

boost::asio::awaitable<void> ServiceNotifier::run() {
  if (send("STATUS=starting") == Sent::to_nobody) {
    co_return;
  }
  beat_ = watchdog_beat();
  while (!stopped_) {
    const TimePoint next = clock_.now() + tell();
    co_await alarm_.wait_until(next);
  }
  tell();
}

void ServiceNotifier::stop() {
  stopped_ = true;
  alarm_.notify();
}

Milliseconds ServiceNotifier::tell() {
  State now = look_();
  now.ready = now.ready || told_.ready;
  std::string text;
  if (now.ready && !told_.ready) {
    text += "READY=1\n";
  }
  if (now.stopping && !told_.stopping) {
    text += "STOPPING=1\n";
  }
  if (now.status != told_.status) {
    text += "STATUS=" + now.status + '\n';
  }
  const SteadyTime time = clock_.steady();
  if (beat_ && time >= next_beat_) {
    text += "WATCHDOG=1\n";
    next_beat_ = time + *beat_;
  }
  if (text.empty() || send(text) == Sent::yes) {
    told_ = std::move(now);  // else it is said again
  }
  const Milliseconds look = told_.ready ? kLook : kLookUntilReady;
  return beat_ ? std::min(look, next_beat_ - time) : look;
}

// A service manager that cannot be reached decides by its own deadlines.
ServiceNotifier::Sent ServiceNotifier::send(const std::string& text) {
  const int result = sd_notify(0, text.c_str());
  if (result < 0 && !std::exchange(failed_, true)) {
    write_log(logger_, logs::kNoServiceManager, "cause", std::generic_category().message(-result));
  }
  if (result == 0) {
    return Sent::to_nobody;
  }
  return result > 0 ? Sent::yes : Sent::no;
}

}  // namespace tender::cli
